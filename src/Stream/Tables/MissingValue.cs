using System.Text;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Decoding.Values;

namespace Tapline.Streaming.Tables;

/// <summary>The value that rows from before a column was added have in it.</summary>
static class MissingValue
{
    /// <summary>One row with the value; null in it where there is none, or where its text is spelled otherwise in
    /// events.</summary>
    public static ColumnBuffer Of(ColumnSchema column, string? text)
    {
        var value = new ColumnBuffer(column);
        if (text is null || !TryAppend(column, text, value))
            value.AppendNull();
        return value;
    }

    static bool TryAppend(ColumnSchema column, string text, ColumnBuffer value)
    {
        switch (column.Type)
        {
            case ColumnType.Boolean when text is "t" or "f":
                value.Append(text == "t");
                return true;
            case ColumnType.Date
                when TimeText.ReadDate(Utf8(text), EventWriter.Tapline, out var days) == RejectReason.None:
                value.Append(days);
                return true;
            case ColumnType.Timestamp
                when TimeText.ReadTimestamp(Utf8(Iso(text)), offsetWanted: false, out var time) == RejectReason.None:
                value.Append(time);
                return true;
            case ColumnType.String when !IsSpelledAsText(column.SourceType):
            case ColumnType.Boolean or ColumnType.Date or ColumnType.Timestamp or ColumnType.Binary:
                return false;
            default:
                var source = new ColumnBuffer(ColumnType.String);
                source.Append(Utf8(text));
                return ValueConversion.TryCast(source, 0, value);
        }
    }

    // 2026-05-04 10:20:30.5+02 has a blank for the T, and no minutes of the offset where they are 0.
    static string Iso(string text)
    {
        var sign = text.LastIndexOfAny(['+', '-']);
        var isShort = sign > "2026-05-04".Length && text.Length - sign == "+02".Length;
        return (isShort ? $"{text}:00" : text).Replace(' ', 'T');
    }

    static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    static bool IsSpelledAsText(string sourceType) =>
        !sourceType.EndsWith("[]", StringComparison.Ordinal)
        && !sourceType.StartsWith("time", StringComparison.Ordinal)
        && !sourceType.StartsWith("tstz", StringComparison.Ordinal)
        && !sourceType.StartsWith("interval", StringComparison.Ordinal)
        && !sourceType.EndsWith("hstore", StringComparison.Ordinal);
}
