using System.Collections.Frozen;

namespace Tapline.Contracts.Schema;

/// <summary>The names of PostgreSQL's types as people write them, brought into the spelling of
/// <c>format_type</c>.</summary>
public static class PostgresTypeNames
{
    static readonly FrozenDictionary<string, string> Aliases = new Dictionary<string, string>
    {
        ["bool"] = "boolean",
        ["int2"] = "smallint",
        ["int"] = "integer",
        ["int4"] = "integer",
        ["int8"] = "bigint",
        ["float4"] = "real",
        ["float8"] = "double precision",
        ["float"] = "double precision",
        ["decimal"] = "numeric",
        ["varchar"] = "character varying",
        ["char"] = "character",
        ["bpchar"] = "character",
        ["varbit"] = "bit varying",
        ["time"] = "time without time zone",
        ["timetz"] = "time with time zone",
        ["timestamp"] = "timestamp without time zone",
        ["timestamptz"] = "timestamp with time zone",
        ["enum"] = "text",
    }.ToFrozenDictionary();

    static readonly FrozenSet<string> Known = new[]
    {
        "boolean", "bit", "bit varying", "smallint", "integer", "bigint", "oid", "real", "double precision", "numeric",
        "money", "character", "character varying", "text", "citext", "name", "\"char\"", "uuid", "json", "jsonb", "xml",
        "bytea", "date", "time without time zone", "time with time zone", "timestamp without time zone",
        "timestamp with time zone", "interval", "interval year", "interval month", "interval day", "interval hour",
        "interval minute", "interval second", "interval year to month", "interval day to hour",
        "interval day to minute", "interval day to second", "interval hour to minute", "interval hour to second",
        "interval minute to second", "hstore", "inet", "cidr", "macaddr", "macaddr8", "int4range",
        "int8range", "numrange", "tsrange", "tstzrange", "daterange", "ltree", "lquery", "tsvector", "tsquery", "point",
        "line", "lseg", "box", "path", "polygon", "circle", "geometry", "geography", "vector", "halfvec", "sparsevec",
        "pg_lsn", "regclass", "jsonpath",
    }.ToFrozenSet();

    /// <summary>Every name that is taken, aliases too.</summary>
    public static IEnumerable<string> All => Known.Concat(Aliases.Keys);

    /// <summary>The type in PostgreSQL's own spelling, e.g. <c>timestamp(3) with time zone</c> for
    /// <c>timestamptz(3)</c>; null when there is no such type.</summary>
    public static string? Canonical(string text)
    {
        var name = string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant();
        var array = "";
        while (name.EndsWith("[]", StringComparison.Ordinal))
            (name, array) = (name[..^2].TrimEnd(), "[]");
        var modifiers = "";
        var open = name.IndexOf('(', StringComparison.Ordinal);
        if (open >= 0)
        {
            var close = name.IndexOf(')', open);
            if (close < 0)
                return null;
            modifiers = name[open..(close + 1)].Replace(" ", "", StringComparison.Ordinal);
            name = name[..open].TrimEnd() + name[(close + 1)..];
        }
        name = Aliases.GetValueOrDefault(name, name);
        if (!Known.Contains(name))
            return null;
        var first = name.IndexOf(" with", StringComparison.Ordinal);
        return (first < 0 ? name + modifiers : name[..first] + modifiers + name[first..]) + array;
    }
}
