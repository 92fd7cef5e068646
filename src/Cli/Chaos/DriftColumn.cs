using System.Collections.Immutable;

namespace Tapline.Cli.Chaos;

/// <summary>A column of a drifting table: the types it goes through, each wider than the one before.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Types">The types, the present one first.</param>
/// <param name="Value">An SQL expression of a value that all of them hold, over a whole number <c>h</c>.</param>
sealed record DriftColumn(string Name, ImmutableArray<string> Types, string Value)
{
    static readonly ImmutableArray<(ImmutableArray<string> Types, string Value)> Kinds =
    [
        (["smallint", "integer", "bigint"], "h % 30000"),
        (["double precision"], "h % 1000 / 8.0"),
        (["numeric(10,2)", "numeric(14,2)", "numeric(18,4)"], "h % 100000 / 100.0"),
        (["character varying(40)", "text"], "md5(h::text)"),
        (["boolean"], "h % 2 = 0"),
        (["date"], "date '2026-01-01' + (h % 365)::int"),
        (["timestamp with time zone"], "timestamptz '2026-01-01 00:00:00Z' + h % 86400 * interval '1 s'"),
        (["text[]"], "array[md5(h::text), null, h::text]"),
        (["jsonb"], "jsonb_build_object('h', h, 'text', md5(h::text))"),
    ];

    /// <summary>Whether there is a wider type to go to.</summary>
    public bool CanWiden => Types.Length > 1;

    /// <summary>A column of some kind.</summary>
    public static DriftColumn Draw(string name, Random dice)
    {
        var (types, value) = Kinds[dice.Next(Kinds.Length)];
        return new DriftColumn(name, types, value);
    }
}
