using System.Globalization;
using System.Text;
using System.Text.Json;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Maintenance;
using Tapline.Lakehouse.Storage;
using Tapline.Streaming.Epochs;

namespace Tapline.Cli.Chaos;

/// <summary>Vacuums a lake as if all retentions had passed, and finds out whether exactly the files are left that a
/// version names which is at least as new as the oldest manifest. Nobody may write meanwhile. What versions name it
/// reads from the commits itself.</summary>
sealed class LeftoverCheck(IObjectStore lake, DeltaServices services)
{
    static readonly TimeSpan Ahead = TimeSpan.FromDays(400);

    /// <summary>Vacuums and checks the tables in some folders.</summary>
    public async Task<CleanupReport> RunAsync(IEnumerable<string> roots, CancellationToken ct)
    {
        var (files, bytes, findings) = (0, 0L, new List<Finding>());
        var later = services with { Time = new LaterTime(services.Time, Ahead) };
        foreach (var root in roots)
        {
            var oldest = await OldestVersionAsync(root, ct);
            var needed = await NeededAsync(root, oldest, ct);
            var vacuum = new TableVacuum(lake, root, later);
            var report = await vacuum.RunAsync(oldest, retention: null, isDryRun: false, ct);
            (files, bytes) = (files + report.Keys.Count, bytes + report.Bytes);
            var present = await PresentAsync(root, ct);
            Add(root, needed.Except(present), "files that a version names are gone", findings);
            Add(root, present.Except(needed), "files that no version names are left", findings);
        }
        return new CleanupReport(files, bytes, [.. findings]);
    }

    static void Add(string root, IEnumerable<string> files, string detail, List<Finding> findings)
    {
        var all = files.ToList();
        if (all.Count > 0)
            findings.Add(new Finding(FindingKind.Leftover, root, all.Count, $"{detail}, such as {all[0]}"));
    }

    async Task<long> OldestVersionAsync(string root, CancellationToken ct) =>
        (await RetainedManifests.ReadAsync(lake, ct)).OldestVersion(root) ?? 0;

    async Task<HashSet<string>> PresentAsync(string root, CancellationToken ct)
    {
        var present = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var file in lake.ListAsync($"{root}/", startAfter: null, ct))
        {
            if (!file.Key.StartsWith($"{root}/_", StringComparison.Ordinal))
                present.Add(file.Key[(root.Length + 1)..]);
        }
        return present;
    }

    // The log is whole: a run is shorter than the time after which its oldest part is removed.
    async Task<HashSet<string>> NeededAsync(string root, long oldest, CancellationToken ct)
    {
        var live = new Dictionary<string, string?>(StringComparer.Ordinal);
        var needed = new HashSet<string>(StringComparer.Ordinal);
        for (var version = 0L; await CommitAsync(root, version, ct) is { } commit; version++)
        {
            foreach (var line in Encoding.UTF8.GetString(commit).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                using var action = JsonDocument.Parse(line);
                Apply(action.RootElement, live, version > oldest ? needed : null);
            }
            if (version == oldest)
                needed.UnionWith(live.SelectMany(static file => new[] { file.Key, file.Value }).OfType<string>());
        }
        return needed;
    }

    ValueTask<byte[]?> CommitAsync(string root, long version, CancellationToken ct) => lake.GetAsync(
        string.Create(CultureInfo.InvariantCulture, $"{root}/_delta_log/{version:D20}.json"), ct);

    // A commit that gives a file another vector removes it with the old one, in any order.
    static void Apply(JsonElement action, Dictionary<string, string?> live, HashSet<string>? needed)
    {
        var isAdd = action.TryGetProperty("add", out var file);
        if (!isAdd && !action.TryGetProperty("remove", out file))
            return;
        var path = Uri.UnescapeDataString(file.GetProperty("path").GetString()!);
        var vector = file.TryGetProperty("deletionVector", out var given) && given.ValueKind == JsonValueKind.Object
            ? new DeletionVector(
                given.GetProperty("storageType").GetString()!, given.GetProperty("pathOrInlineDv").GetString()!, 0, 0)
            : null;
        if (!isAdd)
        {
            if (live.TryGetValue(path, out var known) && known == vector?.Location)
                live.Remove(path);
            return;
        }
        live[path] = vector?.Location;
        needed?.Add(path);
        if (vector?.Location is { } location)
            needed?.Add(location);
    }

    /// <summary>A clock that is ahead.</summary>
    sealed class LaterTime(TimeProvider now, TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now.GetUtcNow() + ahead;
    }
}

/// <summary>What was left in a lake, and what is wrong with it.</summary>
/// <param name="Files">Files that no version needed, which were removed.</param>
/// <param name="Bytes">Their size.</param>
/// <param name="Findings">Files that should be there or should not.</param>
sealed record CleanupReport(int Files, long Bytes, IReadOnlyList<Finding> Findings);
