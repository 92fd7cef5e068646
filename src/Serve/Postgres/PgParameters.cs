using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Serving.Postgres;

/// <summary>Values that clients send for parameters, as literals of SQL.</summary>
static partial class PgParameters
{
    const long EpochMicros = 946_684_800_000_000;
    const int EpochDays = 10_957;

    /// <summary>The literal of a value; <paramref name="value"/> is null for NULL.</summary>
    public static string Literal(int type, byte[]? value, bool isBinary)
    {
        var name = PgTypes.DuckDbName(type);
        if (value is null)
            return $"CAST(NULL AS {name})";
        var text = isBinary ? FromBinary(type, value) : FromText(type, Encoding.UTF8.GetString(value));
        // Decimals keep the digits that they have; the type alone does not say how many.
        if (type == PgTypes.Numeric && Number().IsMatch(text))
            return $"({text})";
        return type == PgTypes.Bytea ? $"from_hex('{text}')" : $"CAST({SqlText.Literal(text)} AS {name})";
    }

    static string FromText(int type, string text) => type switch
    {
        PgTypes.Bytea when text.StartsWith("\\x", StringComparison.Ordinal) && Hex().IsMatch(text.AsSpan(2)) =>
            text[2..],
        PgTypes.Bytea => throw new PgException("22P02", "bytes are written as \\x and hexadecimal digits"),
        _ => text,
    };

    static string FromBinary(int type, byte[] value) => type switch
    {
        PgTypes.Bool => value is [1] ? "true" : "false",
        PgTypes.Int2 => Invariant(BinaryPrimitives.ReadInt16BigEndian(Sized(value, 2))),
        PgTypes.Int4 => Invariant(BinaryPrimitives.ReadInt32BigEndian(Sized(value, 4))),
        PgTypes.Oid => Invariant(BinaryPrimitives.ReadUInt32BigEndian(Sized(value, 4))),
        PgTypes.Int8 => Invariant(BinaryPrimitives.ReadInt64BigEndian(Sized(value, 8))),
        PgTypes.Float4 => BinaryPrimitives.ReadSingleBigEndian(Sized(value, 4)).ToString("R", null),
        PgTypes.Float8 => BinaryPrimitives.ReadDoubleBigEndian(Sized(value, 8)).ToString("R", null),
        PgTypes.Numeric => PgNumeric.Read(value) ?? throw new PgException("22003", "a finite number is wanted"),
        PgTypes.Bytea => Convert.ToHexString(value),
        PgTypes.Date => PgTimes.Date(
            checked(BinaryPrimitives.ReadInt32BigEndian(Sized(value, 4)) + EpochDays)),
        PgTypes.Time => PgTimes.Time(BinaryPrimitives.ReadInt64BigEndian(Sized(value, 8))),
        PgTypes.Timestamp => PgTimes.Timestamp(Micros(value)),
        PgTypes.TimestampTz => PgTimes.TimestampTz(Micros(value)),
        PgTypes.Interval => PgTimes.Interval((
            BinaryPrimitives.ReadInt32BigEndian(Sized(value, 16).AsSpan(12)),
            BinaryPrimitives.ReadInt32BigEndian(value.AsSpan(8)),
            BinaryPrimitives.ReadInt64BigEndian(value))),
        PgTypes.Uuid => new Guid(Sized(value, 16), bigEndian: true).ToString(),
        // A version stands before the text.
        PgTypes.Jsonb => Encoding.UTF8.GetString(value.AsSpan(1)),
        PgTypes.Text or PgTypes.Varchar or PgTypes.Bpchar or PgTypes.Name or PgTypes.Unknown or PgTypes.Json or 0 =>
            Encoding.UTF8.GetString(value),
        _ => throw new PgException("0A000", $"parameters of the type {type} are not taken in binary form"),
    };

    static long Micros(byte[] value) => checked(BinaryPrimitives.ReadInt64BigEndian(Sized(value, 8)) + EpochMicros);

    static byte[] Sized(byte[] value, int count) => value.Length == count
        ? value
        : throw new PgException("22P03", $"a value has {value.Length} bytes, {count} wanted");

    static string Invariant(long number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^-?[0-9]{1,38}(\.[0-9]{1,38})?$")]
    private static partial Regex Number();

    [GeneratedRegex("^([0-9A-Fa-f]{2})*$")]
    private static partial Regex Hex();
}
