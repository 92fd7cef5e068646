using Tapline.Contracts.Schema;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>Which encoder a column needs, from its type as <c>format_type</c> prints it (domains resolved
/// before).</summary>
static class EncoderCatalog
{
    static readonly TextEncoder _text = new();
    static readonly IntegerEncoder _integer = new();
    static readonly BooleanEncoder _boolean = new();
    static readonly FloatEncoder _float = new();
    static readonly NumericEncoder _numeric = new();
    static readonly MoneyEncoder _money = new();
    static readonly ByteaEncoder _bytea = new();
    static readonly BitStringEncoder _bits = new();
    static readonly DateEncoder _date = new();
    static readonly TimeEncoder _time = new();
    static readonly TimeTzEncoder _timeTz = new();
    static readonly TimestampEncoder _timestamp = new();
    static readonly IntervalEncoder _interval = new();

    /// <summary>The encoder for a type's name.</summary>
    public static ValueEncoder For(string type)
    {
        // The one array whose separator is not a comma.
        if (type == "box[]")
            return _text;
        if (type.EndsWith("[]", StringComparison.Ordinal))
            return new ArrayEncoder(For(type[..^2]));
        var (name, first, _) = PostgresTypes.Split(type);
        return name switch
        {
            "smallint" or "integer" or "bigint" or "oid" => _integer,
            "boolean" => _boolean,
            "bit" when first is null or 1 => _boolean,
            "bit" or "bit varying" => _bits,
            "real" or "double precision" => _float,
            "numeric" => _numeric,
            "money" => _money,
            "bytea" => _bytea,
            "date" => _date,
            "time without time zone" => _time,
            "time with time zone" => _timeTz,
            "timestamp without time zone" => _timestamp,
            "timestamp with time zone" => new TimestampTzEncoder(first ?? 6),
            _ when name == "interval" || name.StartsWith("interval ", StringComparison.Ordinal) => _interval,
            _ when name == "hstore" || name.EndsWith(".hstore", StringComparison.Ordinal) => new HstoreEncoder(),
            _ => _text,
        };
    }
}
