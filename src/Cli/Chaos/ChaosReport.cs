using System.Text.Json.Nodes;
using Tapline.Cli.Terminal;

namespace Tapline.Cli.Chaos;

/// <summary>What a chaos run has found so far, and at its end the verdict.</summary>
sealed class ChaosReport(ChaosOptions options, ChaosFolder folder, ChaosLake lake)
{
    readonly List<RoundReport> _rounds = [];
    CleanupReport? _cleanup;
    string? _failure;

    /// <summary>Whether every round was done and found nothing.</summary>
    public bool IsClean =>
        _failure is null && _rounds.Count == options.Rounds && _rounds.TrueForAll(static round => round.IsClean)
        && _cleanup is { Findings.Count: 0 };

    /// <summary>What the verb answers.</summary>
    public int ExitCode => Findings.Any() ? Cli.ExitCode.Differences
        : IsClean ? Cli.ExitCode.Success : Cli.ExitCode.Failure;

    /// <summary>Takes note of a round.</summary>
    public void Add(RoundReport round) => _rounds.Add(round);

    /// <summary>Takes note of what was left in the lake.</summary>
    public void Add(CleanupReport cleanup) => _cleanup = cleanup;

    /// <summary>Takes note of why no further round is possible.</summary>
    public void Fail(string reason) => _failure = reason;

    /// <summary>The verdict; where something is wrong also how to look at it and how to see it again.</summary>
    public void Print(Screen screen)
    {
        foreach (var finding in Findings)
            screen.Line($"  {finding.Table}: {Units.Count(finding.Count)} {finding.Detail}");
        if (_failure is not null)
            screen.Line($"round {_rounds.Count + 1} failed: {_failure}");
        screen.Line($"chaos: {_rounds.Count} rounds, {_rounds.Sum(static round => round.Kills.Length)} strikes, "
            + $"{Units.Count(_rounds.Sum(static round => round.Changes))} changes, "
            + $"{Units.Count(Sum(FindingKind.Difference))} differences, "
            + $"{Units.Count(Sum(FindingKind.Duplicate))} duplicates "
            + (IsClean ? "✓" : "✗"));
        if (_cleanup is not null)
        {
            screen.Line($"  kills left {Units.Count(_cleanup.Files)} files, {Units.Bytes(_cleanup.Bytes)}, that no "
                + "version names; a vacuum has removed them");
        }
        if (lake.Faults is { } faults)
            screen.Line($"  requests to the lake: {faults}");
        if (!IsClean)
        {
            screen.Line($"  everything is in {folder.Root}: *.log is what the processes said");
            if (lake.Config.S3 is not null)
                screen.Line($"  but for the lake: it is in {lake.Config.Path}");
            screen.Line(
                $"  ./tapline chaos --rounds {options.Rounds} --seed {options.Seed}{Shared}   repeats the plan");
        }
        screen.Result(new JsonObject
        {
            ["clean"] = IsClean,
            ["seed"] = options.Seed,
            ["folder"] = folder.Root,
            ["failure"] = _failure,
            ["faults"] = lake.Faults,
            ["left_files"] = _cleanup?.Files,
            ["rounds"] = new JsonArray([.. _rounds.Select(static round => round.Json())]),
        });
    }

    IEnumerable<Finding> Findings =>
        _rounds.SelectMany(static round => round.Findings).Concat(_cleanup?.Findings ?? []);

    string Shared => options is { Lanes: 1, Workers: 1 } ? ""
        : $" --lanes {options.Lanes} --workers {options.Workers}";

    long Sum(FindingKind kind) => _rounds.Sum(round => round.Count(kind));
}
