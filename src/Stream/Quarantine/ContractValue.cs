using System.Text;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Decoding.Values;

namespace Tapline.Streaming.Quarantine;

/// <summary>A value that a contract names, as a column holds it.</summary>
static class ContractValue
{
    static readonly Placeholder NoPlaceholder = new(WireFormat.Tapline);

    /// <summary>The value alone in a buffer of the column's type; null when the text is no value of that
    /// type.</summary>
    public static ColumnBuffer? Parse(ColumnSchema column, string text)
    {
        // As a key: a text that looks like the placeholder is that text.
        var decoder = new ColumnDecoder(column with { KeyOrdinal = 0 }, WireFormat.Tapline, NoPlaceholder);
        var buffer = new ColumnBuffer(column);
        foreach (var (kind, spelling) in Spellings(column, text.Trim()))
        {
            if (decoder.Append(buffer, kind, Encoding.UTF8.GetBytes(spelling)) == RejectReason.None)
                return buffer;
        }
        return null;
    }

    /// <summary>How a value compares with one of another buffer of the same type: negative when it is below.</summary>
    public static int Compare(ColumnBuffer values, int row, ColumnBuffer other) => values.Type switch
    {
        ColumnType.Boolean => values.Booleans[row].CompareTo(other.Booleans[0]),
        ColumnType.Int16 or ColumnType.Int32 or ColumnType.Date => values.Int32s[row].CompareTo(other.Int32s[0]),
        ColumnType.Float32 => values.Float32s[row].CompareTo(other.Float32s[0]),
        ColumnType.Float64 => values.Float64s[row].CompareTo(other.Float64s[0]),
        ColumnType.String or ColumnType.Binary => values.Value(row).SequenceCompareTo(other.Value(0)),
        _ when values.Width == sizeof(long) => values.Int64s[row].CompareTo(other.Int64s[0]),
        _ => values.Int128s[row].CompareTo(other.Int128s[0]),
    };

    static IEnumerable<(JsonKind Kind, string Text)> Spellings(ColumnSchema column, string text)
    {
        switch (column.Type)
        {
            case ColumnType.Boolean:
                if (text is "true" or "false")
                    yield return (text == "true" ? JsonKind.True : JsonKind.False, text);
                break;
            case ColumnType.Int16 or ColumnType.Int32 or ColumnType.Int64 or ColumnType.Float32 or ColumnType.Float64:
                yield return (JsonKind.Number, text);
                break;
            case ColumnType.Timestamp:
                // A day alone is its first moment, a time without an offset is in UTC.
                foreach (var ending in new[] { "", "Z", "T00:00:00Z", "T00:00:00" })
                    yield return (JsonKind.String, text.Replace(' ', 'T') + ending);
                break;
            default:
                yield return (JsonKind.String, text);
                break;
        }
    }
}
