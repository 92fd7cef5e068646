using Tapline.Lakehouse.Storage;

namespace Tapline.Streaming.Epochs;

/// <summary>What the manifests of all lanes that are kept need: readers may be pinned to any of them.</summary>
public sealed class RetainedManifests
{
    readonly List<(EpochManifest Oldest, EpochManifest Newest)> _lanes = [];

    RetainedManifests()
    {
    }

    /// <summary>Reads them.</summary>
    public static async Task<RetainedManifests> ReadAsync(IObjectStore store, CancellationToken ct)
    {
        var retained = new RetainedManifests();
        foreach (var lane in await EpochStore.LanesAsync(store, ct))
        {
            var epochs = new EpochStore(store, lane);
            if (await epochs.OldestAsync(ct) is { } oldest && (await epochs.ReadAsync(ct)).Manifest is { } newest)
                retained._lanes.Add((oldest, newest));
        }
        return retained;
    }

    /// <summary>Whether there are any.</summary>
    public bool Any => _lanes.Count > 0;

    /// <summary>The oldest version of a table that one of them names; null where none does, and where a lane's oldest
    /// does not: the table has come to that lane since, and what the ones between name is not looked at.</summary>
    public long? OldestVersion(string root)
    {
        long? oldest = null;
        foreach (var lane in _lanes.Where(lane => lane.Newest.Tables.ContainsKey(root)))
        {
            if (!lane.Oldest.Tables.TryGetValue(root, out var version))
                return null;
            oldest = Math.Min(oldest ?? long.MaxValue, version);
        }
        return oldest;
    }
}
