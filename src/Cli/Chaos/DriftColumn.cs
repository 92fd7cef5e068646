using System.Collections.Immutable;
using System.Globalization;

namespace Tapline.Cli.Chaos;

/// <summary>A column of a drifting table: the types it goes through, each wider than the one before.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Types">The types, the present one first.</param>
/// <param name="Value">An SQL expression of a value that all of them hold; <c>{0}</c> stands for a whole number in
/// it.</param>
sealed record DriftColumn(string Name, ImmutableArray<string> Types, string Value)
{
    // No event carries the default that came with an array: its text is another one in events.
    const string WithoutDefault = "text[]";

    static readonly ImmutableArray<(ImmutableArray<string> Types, string Value)> Kinds =
    [
        (["smallint", "integer", "bigint"], "{0} % 30000"),
        (["real", "double precision"], "{0} % 1000 / 7.0"),
        (["numeric(10,2)", "numeric(14,2)", "numeric(18,4)"], "{0} % 100000 / 100.0"),
        (["character varying(40)", "text"], "md5({0}::text)"),
        (["boolean"], "{0} % 2 = 0"),
        (["date"], "date '2026-01-01' + ({0} % 365)::int"),
        (["timestamp with time zone"], "timestamptz '2026-01-01 00:00:00Z' + {0} % 86400 * interval '1 s'"),
        (["text[]"], "array[md5({0}::text), null, {0}::text]"),
        (["jsonb"], "jsonb_build_object('h', {0}, 'text', md5({0}::text))"),
    ];

    /// <summary>Whether there is a wider type to go to.</summary>
    public bool CanWiden => Types.Length > 1;

    /// <summary>The whole number whose value is the default that the column came with; null where it came without
    /// one.</summary>
    public int? Default { get; init; }

    /// <summary>The value over an SQL expression of a whole number.</summary>
    public string ValueOver(string number) => string.Format(CultureInfo.InvariantCulture, Value, number);

    /// <summary>A column of some kind.</summary>
    public static DriftColumn Draw(string name, Random dice)
    {
        var (types, value) = Kinds[dice.Next(Kinds.Length)];
        var hasDefault = types[0] != WithoutDefault && dice.Next(2) == 0;
        return new DriftColumn(name, types, value) { Default = hasDefault ? dice.Next(1, 1_000_000) : null };
    }
}
