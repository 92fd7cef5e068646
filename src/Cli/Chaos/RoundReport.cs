using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Tapline.Cli.Terminal;

namespace Tapline.Cli.Chaos;

/// <summary>How one round went.</summary>
/// <param name="Round">Its number, from 1.</param>
/// <param name="Kills">What was killed and when, in words.</param>
/// <param name="IsResynced">Whether tables were read again meanwhile.</param>
/// <param name="Changes">Row changes committed meanwhile.</param>
/// <param name="Length">How long they took.</param>
/// <param name="CatchUp">From the end of the load until the lake had everything.</param>
/// <param name="Rows">Rows compared with the database.</param>
/// <param name="Findings">What is wrong.</param>
sealed record RoundReport(
    int Round,
    ImmutableArray<string> Kills,
    bool IsResynced,
    long Changes,
    TimeSpan Length,
    TimeSpan CatchUp,
    long Rows,
    ImmutableArray<Finding> Findings)
{
    /// <summary>Whether everything is as it must be.</summary>
    public bool IsClean => Findings.IsEmpty;

    /// <summary>Row changes a second.</summary>
    public double Rate => Changes / Length.TotalSeconds;

    /// <summary>The report in one line.</summary>
    public string Line => string.Create(CultureInfo.InvariantCulture,
        $"round {Round,3}  {Units.Count((long)Rate),6} changes/s  caught up in {Units.Time(CatchUp)}, ")
        + $"{Units.Count(Rows)} rows: {Units.Count(Count(FindingKind.Difference))} differences, "
        + $"{Units.Count(Count(FindingKind.Duplicate))} duplicates {(IsClean ? "✓" : "✗")}  "
        + $"killed {string.Join("; ", Kills)}{(IsResynced ? "; tables read again" : "")}";

    /// <summary>How many there are of a kind.</summary>
    public long Count(FindingKind kind) =>
        Findings.Where(finding => finding.Kind == kind).Sum(static finding => finding.Count);

    /// <summary>The report as JSON.</summary>
    public JsonObject Json() => new()
    {
        ["round"] = Round,
        ["killed"] = new JsonArray([.. Kills.Select(static kill => JsonValue.Create(kill))]),
        ["resynced"] = IsResynced,
        ["changes"] = Changes,
        ["changes_per_second"] = Math.Round(Rate, 1),
        ["catch_up_seconds"] = Math.Round(CatchUp.TotalSeconds, 3),
        ["rows"] = Rows,
        ["findings"] = new JsonArray([.. Findings.Select(static finding => new JsonObject
        {
            ["kind"] = finding.Kind.ToString().ToLowerInvariant(),
            ["table"] = finding.Table,
            ["count"] = finding.Count,
            ["detail"] = finding.Detail,
        })]),
    };
}

/// <summary>Something that must not be.</summary>
/// <param name="Kind">What.</param>
/// <param name="Table">Where.</param>
/// <param name="Count">How often.</param>
/// <param name="Detail">In words.</param>
sealed record Finding(FindingKind Kind, string Table, long Count, string Detail);

/// <summary>What can be wrong after a crash.</summary>
enum FindingKind
{
    /// <summary>A row of the lake is not the database's.</summary>
    Difference,
    /// <summary>A change is in a history twice.</summary>
    Duplicate,
    /// <summary>The newest change of a history is not the current row.</summary>
    History,
    /// <summary>Something was put into quarantine, though the source writes nothing that belongs there.</summary>
    Quarantine,
    /// <summary>A table's log has a gap, or a transaction that goes back.</summary>
    Version,
    /// <summary>A file is there that no version names, or one that a version names is not.</summary>
    Leftover,
}
