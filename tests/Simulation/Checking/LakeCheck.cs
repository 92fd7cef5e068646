using Tapline.Contracts.Log;
using Tapline.Lakehouse.DuckDb;
using Tapline.Simulation.Tests.World;

namespace Tapline.Simulation.Tests.Checking;

/// <summary>Whether a lake holds what it must by docs/architecture.md, "What must always hold", 1, 2, 4, 5 and 7: not
/// only in the end, but at every manifest that was ever published.</summary>
sealed class LakeCheck
{
    readonly Lake _lake;
    readonly Source _source;
    readonly DuckDbDatabase _duck;
    readonly List<Manifest> _manifests;
    readonly Dictionary<string, TableLog> _logs;

    LakeCheck(Lake lake, Source source, DuckDbDatabase duck)
    {
        (_lake, _source, _duck) = (lake, source, duck);
        if (lake.Overwritten.Count > 0)
            throw new SimulationFailure($"{lake.Overwritten[0]} was written twice: two writers believe it theirs");
        _manifests = Manifest.ReadAll(lake);
        _logs = lake.Objects.Keys
            .Select(static key => key.IndexOf("/_delta_log/", StringComparison.Ordinal) is > 0 and var end
                ? key[..end]
                : null)
            .OfType<string>()
            .Distinct()
            .ToDictionary(static root => root, root => new TableLog(lake, root), StringComparer.Ordinal);
    }

    /// <summary>Checks all; throws <see cref="SimulationFailure"/> for the first thing that does not hold.</summary>
    public static void Run(Lake lake, Source source, ForeignRows foreign, DuckDbDatabase duck)
    {
        var check = new LakeCheck(lake, source, duck);
        foreach (var manifest in check._manifests)
            check.CheckFiles(manifest);
        check.CheckOwners();
        var history = check.Read("history/app.", "id", "body", "_op", "_lsn");
        var current = check.Read("current/", "id", "body", "_lsn");
        foreach (var table in SourceTable.All)
        {
            var (historyRoot, currentRoot) = ($"history/app.{table.Name}", $"current/app.{table.Name}");
            foreach (var manifest in check._manifests)
            {
                var topic = $"{SourceTable.Prefix}.app.{table.Name}";
                var oracle = Oracle.At(source, topic, manifest.Cut.GetValueOrDefault(topic) ?? []);
                check.CheckHistory(manifest, historyRoot, oracle, history);
                check.CheckCurrent(manifest, currentRoot, oracle, current);
            }
            check.CheckOrder(historyRoot, history);
            check.CheckForeign(historyRoot, foreign, history);
            check.CheckForeign(currentRoot, foreign, current);
        }
        check.CheckDevices();
        check.CheckQuarantine();
    }

    FileRows Read(string prefix, params string[] columns) => new(
        _duck,
        _lake,
        _logs.Values
            .Where(log => log.Root.StartsWith(prefix, StringComparison.Ordinal))
            .SelectMany(static log => log.Versions.SelectMany(static version => version.Files))
            .Select(static file => file.Key),
        columns);

    // 4: no manifest names what was not there when it came.
    void CheckFiles(Manifest manifest)
    {
        foreach (var (root, version) in manifest.Tables)
        {
            if (_logs.GetValueOrDefault(root) is not { } log || version >= log.Versions.Count)
                throw new SimulationFailure($"manifest {manifest.Epoch} names {root} at {version}: there is none");
            if (log.Versions[(int)version].Order > manifest.Order)
                throw new SimulationFailure(
                    $"manifest {manifest.Epoch} names {root} at {version} before that was committed");
        }
    }

    // A table has one lane, but for those to which all append.
    void CheckOwners()
    {
        var newest = Manifest.Newest(_manifests).ToList();
        foreach (var root in _logs.Keys.Where(static root => root.Contains('/', StringComparison.Ordinal)))
        {
            var owners = newest.Where(manifest => manifest.Tables.ContainsKey(root)).Select(static one => one.Lane);
            if (owners.ToList() is { Count: > 1 } several)
                throw new SimulationFailure($"{root} is in the lanes {string.Join(", ", several)}");
        }
    }

    // 1
    void CheckHistory(Manifest manifest, string root, Oracle oracle, FileRows rows) => Compare(
        $"{root} at manifest {manifest.Epoch} of lane {manifest.Lane}",
        oracle.History.Select(static change =>
            $"{change.Lsn} {change.Op} {change.Key?.ToString() ?? "-"} {change.Body ?? "-"}"),
        Rows(manifest, root, rows).Select(static row => $"{row[3]} {row[2]} {row[0] ?? "-"} {row[1] ?? "-"}"));

    // 2
    void CheckCurrent(Manifest manifest, string root, Oracle oracle, FileRows rows) => Compare(
        $"{root} at manifest {manifest.Epoch} of lane {manifest.Lane}",
        oracle.Current.Select(static row => $"{row.Key} {row.Value}"),
        Rows(manifest, root, rows).Select(static row => $"{row[0]} {row[1]}"));

    // 1: in source order per key.
    void CheckOrder(string root, FileRows rows)
    {
        if (_logs.GetValueOrDefault(root) is not { } log)
            return;
        var last = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var row in log.Versions.SelectMany(static version => version.Appended).SelectMany(rows.Of))
        {
            var (key, lsn) = (row[0] ?? "", long.Parse(row[3]!));
            if (ForeignRows.Is(row[0]))
                continue;
            if (last.TryGetValue(key, out var before) && before > lsn)
                throw new SimulationFailure($"{root} has the change {lsn} of key {key} after {before}");
            last[key] = lsn;
        }
    }

    // Nothing that others have written is lost.
    void CheckForeign(string root, ForeignRows foreign, FileRows rows)
    {
        if (_logs.GetValueOrDefault(root) is { } log)
        {
            Compare(
                $"the foreign rows of {root}",
                foreign.Of(root).Select(static id => $"{id}"),
                log.Versions[^1].Files.SelectMany(rows.Of).Select(static row => row[0]).Where(ForeignRows.Is)!);
        }
    }

    // 1: each message of a device once, however often and wherever it was sent.
    void CheckDevices()
    {
        var root = $"history/iot_{Source.DeviceStream}";
        var rows = Read(root, "device_id", "boot_id", "seq");
        foreach (var manifest in _manifests)
        {
            var cut = manifest.Cut.GetValueOrDefault(Source.DeviceTopic) ?? [];
            Compare(
                $"{root} at manifest {manifest.Epoch} of lane {manifest.Lane}",
                DeviceCheck.Told(_source, cut).Select(static told => $"d{told.Device} b{told.Boot} {told.Number}"),
                All(manifest, root, rows).Select(static row => string.Join(' ', row)));
        }
    }

    // 7: exactly the records that are no changes, each once.
    void CheckQuarantine()
    {
        var newest = Manifest.Newest(_manifests).ToList();
        var expected = _source.Partitions.SelectMany(partition => partition.Value
            .Take((int)newest.Select(manifest => manifest.Offset(partition.Key)).DefaultIfEmpty().Max())
            .Select((sent, offset) => sent.IsPoison ? $"{partition.Key.Topic} {partition.Key.Partition} {offset}" : "")
            .Where(static text => text.Length > 0));
        const string Root = "quarantine";
        var found = Array.Empty<string>();
        var version = newest.Select(static manifest => manifest.Tables.GetValueOrDefault(Root)).DefaultIfEmpty().Max();
        if (version > 0)
        {
            var rows = Read(Root, "topic", "partition", "offset", "reason");
            found = [.. _logs[Root].Versions[(int)version].Files.SelectMany(rows.Of)
                .Select(static row => $"{row[0]} {row[1]} {row[2]}{(row[3] == "malformed_json" ? "" : $" {row[3]}")}")];
        }
        Compare("the quarantine", expected, found);
    }

    IEnumerable<string?[]> Rows(Manifest manifest, string root, FileRows rows) =>
        All(manifest, root, rows).Where(static row => !ForeignRows.Is(row[0]));

    IEnumerable<string?[]> All(Manifest manifest, string root, FileRows rows) =>
        manifest.Tables.TryGetValue(root, out var version)
            ? _logs[root].Versions[(int)version].Files.SelectMany(rows.Of)
            : [];

    static void Compare(string what, IEnumerable<string> expected, IEnumerable<string> found)
    {
        var missing = expected.ToList();
        var extra = found.Where(row => !missing.Remove(row)).ToList();
        if (missing.Count + extra.Count > 0)
        {
            throw new SimulationFailure($"{what} lacks [{string.Join("; ", missing)}] "
                + $"and has too much [{string.Join("; ", extra)}]");
        }
    }
}
