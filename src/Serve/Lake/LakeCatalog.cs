using System.Collections.Immutable;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Scan;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Lakehouse.Storage;

namespace Tapline.Serving.Lake;

/// <summary>The tables of a lake at one cut: that of the lanes' newest complete epochs, or each table's newest version
/// where no lane has written a manifest.</summary>
public sealed class LakeCatalog(IObjectStore lake, DeltaServices services)
{
    static readonly ImmutableArray<string> Layers = ["current", "history", "entity", "stage"];
    static readonly ImmutableArray<string> SingleTables = ["quarantine", "quarantine_replayed", "schema_history"];

    readonly Dictionary<string, DeltaTable> _tables = new(StringComparer.Ordinal);
    readonly LaneManifests _manifests = new(lake);

    /// <summary>Reads what is new and returns the newest cut.</summary>
    public async Task<LakeCut> ReadAsync(CancellationToken ct)
    {
        await DiscoverAsync(ct);
        return await CutAsync(await _manifests.ReadAsync(ct), ct);
    }

    /// <summary>An older cut; null when the lake has none of the choice.</summary>
    public async Task<LakeCut?> ReadAtAsync(CutChoice choice, CancellationToken ct)
    {
        await DiscoverAsync(ct);
        return await _manifests.AtAsync(choice, ct) is { } lanes ? await CutAsync(lanes, ct) : null;
    }

    /// <summary>For each lane its newest epochs, the newest first.</summary>
    public async Task<IReadOnlyList<LaneStand>> EpochsAsync(int count, CancellationToken ct) =>
        [.. (await _manifests.NewestAsync(count, ct)).Select(Stand)];

    static LaneStand Stand(LanePin lane) => new(lane.Lane, lane.Epoch, lane.CommittedAtMs);

    async Task<LakeCut> CutAsync(IReadOnlyCollection<LanePin> lanes, CancellationToken ct)
    {
        var tables = ImmutableArray.CreateBuilder<LakeTable>(_tables.Count);
        foreach (var (root, table) in _tables.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            await table.RefreshAsync(ct);
            tables.Add(await CutAsync(root, table, lanes, ct));
        }
        return new LakeCut(
            tables.ToImmutable(),
            [.. lanes.Select(Stand)],
            lanes.Select(static lane => lane.Models).OfType<ModelClock>().MaxBy(static clock => clock.ClockUs))
        {
            ModelDefinitions = lanes.SelectMany(static lane => lane.ModelDefinitions)
                .ToImmutableDictionary(StringComparer.Ordinal),
        };
    }

    async Task DiscoverAsync(CancellationToken ct)
    {
        foreach (var layer in Layers)
        {
            await foreach (var root in FoldersAsync(lake, layer, ct))
                await TryOpenAsync(root, ct);
        }
        foreach (var root in SingleTables)
            await TryOpenAsync(root, ct);
    }

    async Task TryOpenAsync(string root, CancellationToken ct)
    {
        if (!_tables.ContainsKey(root) && await DeltaTable.OpenAsync(lake, root, services, ct) is { } table)
            _tables.Add(root, table);
    }

    /// <summary>The folders of a layer, in order; reads names only.</summary>
    // A listing is flat: after the first key of a folder, go on behind its last possible one. '0' follows '/'.
    public static async IAsyncEnumerable<string> FoldersAsync(
        IObjectStore lake,
        string layer,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        string? startAfter = null;
        while (true)
        {
            string? found = null;
            await foreach (var entry in lake.ListAsync($"{layer}/", startAfter, ct))
            {
                var end = entry.Key.IndexOf('/', layer.Length + 1);
                if (end < 0)
                    continue;
                found = entry.Key[..end];
                break;
            }
            if (found is null)
                yield break;
            yield return found;
            startAfter = $"{found}0";
        }
    }

    // A table is one lane's, but for those to which all append: they are shown at the highest version that a lane has.
    // What the others have after theirs is from epochs that are on the way.
    async Task<LakeTable> CutAsync(
        string root, DeltaTable table, IReadOnlyCollection<LanePin> lanes, CancellationToken ct)
    {
        // A table that no epoch has touched stands as it was created.
        var version = lanes.Count == 0
            ? table.Snapshot.Version
            : lanes.Max(lane => lane.Versions.GetValueOrDefault(root));
        var snapshot = await AtAsync(root, table, version, ct);
        // Planned anew each time: that keeps copies of a bucket's files from leaving the cache.
        return new LakeTable(
            root,
            snapshot.Version,
            snapshot.Schema,
            await TableScan.PlanAsync(lake, root, snapshot, snapshot.Files.Values, ct));
    }

    async Task<DeltaSnapshot> AtAsync(string root, DeltaTable table, long version, CancellationToken ct) =>
        table.Snapshot.Version == version
            ? table.Snapshot
            : await DeltaTable.ReadAsync(lake, root, version, ct)
                ?? throw new IOException($"table {root} has vanished from the lake");
}
