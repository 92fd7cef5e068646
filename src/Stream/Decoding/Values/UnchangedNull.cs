using System.Buffers.Text;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Decoding.Values;

/// <summary>Of which columns Debezium writes null in place of an unchanged value that the database keeps out of
/// line.</summary>
static class UnchangedNull
{
    // What is not larger stays in its row: the database moves nothing out that is as short as the pointer to it.
    const int InlineBitsMax = 24 * 8;
    const int NumericDigitsMax = 30; // Four digits take two bytes.

    // Where nobody has said what a value is, its null is only doubted where it was large and, a string, looks like
    // bytes.
    const int OpenLengthMin = 1024;

    /// <summary>Whether the null of an update without the row before it may be an unchanged value.</summary>
    public static bool IsPossible(ColumnSchema column, WireFormat format)
    {
        if (format.Writer != EventWriter.Debezium)
            return false;
        if (column.SourceType.EndsWith("[]", StringComparison.Ordinal))
            return IsPossibleArray(PostgresTypes.Split(column.SourceType[..^2]).Name, format);
        var (name, first, _) = PostgresTypes.Split(column.SourceType);
        return name switch
        {
            "bytea" => format.Binary is BinaryMode.Base64 or BinaryMode.Base64UrlSafe,
            "text" => format.IsTypeOpen && format.Binary != BinaryMode.Hex,
            "numeric" => first is null && format.Decimals != DecimalMode.String,
            "bit" or "bit varying" => (first ?? (name == "bit" ? 1 : int.MaxValue)) > InlineBitsMax,
            _ => ValueForms.Of(column, format) is ValueForm.Geometry or ValueForm.Vector or ValueForm.SparseVector,
        };
    }

    /// <summary>Whether a stored value is so short that the database never moves it out of its row: then the null of
    /// an update is one.</summary>
    public static bool IsRuledOutBy(ColumnSchema column, ReadOnlySpan<byte> stored) => column.SourceType switch
    {
        "numeric" => stored.Length <= NumericDigitsMax,
        "text" => stored.Length < OpenLengthMin || !LooksLikeBytes(stored),
        "text[]" or "bigint[]" or "json[]" => stored.Length < OpenLengthMin,
        _ when column.Type == ColumnType.Binary => stored.Length <= InlineBitsMax / 8 - sizeof(long),
        _ => stored.SequenceEqual("[]"u8),
    };

    static bool IsPossibleArray(string element, WireFormat format) => element switch
    {
        // An array of strings may be of almost anything, one of 64 bits may be of oids, one of JSON of hstore.
        "text" or "bigint" or "json" => format.IsTypeOpen,
        "character varying" or "character" or "jsonb" or "uuid" or "integer" => false,
        "bytea" => format.Binary != BinaryMode.Bytes,
        "date" => format.Times is TimeMode.Connect or TimeMode.IsoString,
        _ => true,
    };

    // Base64 in either alphabet; hexadecimal digits are part of both.
    static bool LooksLikeBytes(ReadOnlySpan<byte> text) =>
        !text.ContainsAny(" \t\r\n"u8) && (Base64.IsValid(text) || Base64Url.IsValid(text));
}
