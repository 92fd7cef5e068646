using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tapline.Contracts;
using Tapline.Lakehouse.Storage;

namespace Tapline.Streaming.Epochs;

/// <summary>The intents and manifests of one lane in the lake: <c>_tapline/lanes/&lt;lane&gt;/&lt;epoch&gt;.json</c>
/// and
/// <c>.done</c>. Nothing else says how far a lane has come.</summary>
public sealed class EpochStore(IObjectStore store, int lane)
{
    const string IntentSuffix = ".json";
    const string ManifestSuffix = ".done";

    /// <summary>Where the documents of all lanes lie.</summary>
    public const string Root = "_tapline/lanes/";

    string Folder => $"{Root}{lane.ToString(CultureInfo.InvariantCulture)}/";

    /// <summary>The newest manifest, null before the first epoch, and the intent after it, null when none is
    /// open.</summary>
    public async Task<(EpochManifest? Manifest, EpochIntent? Open)> ReadAsync(CancellationToken ct)
    {
        long newest = 0;
        await foreach (var item in store.ListAsync(Folder, startAfter: null, ct))
        {
            if (TryEpoch(item.Key, ManifestSuffix, out var epoch) || TryEpoch(item.Key, IntentSuffix, out epoch))
                newest = Math.Max(newest, epoch);
        }
        // A listing taken while a worker writes may miss names: the documents themselves are asked.
        var manifest = newest == 0
            ? null
            : await ReadManifestAsync(newest, ct) ?? await ReadManifestAsync(newest - 1, ct);
        if (newest > (manifest?.Epoch ?? 0) + 1)
        {
            throw new TaplineException(
                $"the lake's lane {lane} has an intent for epoch {newest} but no manifest of {newest - 1}",
                $"restore {Folder} from a backup, or start a new lake");
        }
        var open = manifest?.Epoch == newest || newest == 0 ? null : await ReadIntentAsync(newest, ct);
        return (manifest, open);
    }

    /// <summary>Claims an epoch. False when another writer has: then nothing of this lane's memory may be used
    /// again.</summary>
    public async Task<bool> TryClaimAsync(EpochIntent intent, CancellationToken ct)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(intent, EpochJson.Default.EpochIntent);
        var outcome = await store.PutIfAbsentAsync(Key(intent.Epoch, IntentSuffix), content, ct);
        if (outcome == PutOutcome.Created)
            return true;
        // Taken, or the answer was lost: the document itself says whose it is.
        var found = await ReadIntentAsync(intent.Epoch, ct);
        if (found is null && outcome == PutOutcome.Unknown)
            return await TryClaimAsync(intent, ct);
        return found?.Writer == intent.Writer;
    }

    /// <summary>Completes an epoch. The manifest of an epoch is the same whoever writes it, so a second one is let
    /// go.</summary>
    public async Task CompleteAsync(EpochManifest manifest, CancellationToken ct)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(manifest, EpochJson.Default.EpochManifest);
        var key = Key(manifest.Epoch, ManifestSuffix);
        while (await store.PutIfAbsentAsync(key, content, ct) == PutOutcome.Unknown
            && await store.GetAsync(key, ct) is null)
        {
            ct.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The intent of an epoch; null when there is none.</summary>
    public Task<EpochIntent?> ReadIntentAsync(long epoch, CancellationToken ct) =>
        ReadAsync(Key(epoch, IntentSuffix), EpochJson.Default.EpochIntent, ct);

    /// <summary>The manifest of an epoch; null when there is none.</summary>
    public Task<EpochManifest?> ReadManifestAsync(long epoch, CancellationToken ct) =>
        ReadAsync(Key(epoch, ManifestSuffix), EpochJson.Default.EpochManifest, ct);

    /// <summary>The lanes that have documents, ascending.</summary>
    public static async Task<IReadOnlyCollection<int>> LanesAsync(IObjectStore store, CancellationToken ct)
    {
        var lanes = new SortedSet<int>();
        await foreach (var item in store.ListAsync(Root, startAfter: null, ct))
        {
            if (int.TryParse(
                item.Key[Root.Length..].Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var lane))
                lanes.Add(lane);
        }
        return lanes;
    }

    /// <summary>The oldest manifest that is kept; null for none.</summary>
    public async Task<EpochManifest?> OldestAsync(CancellationToken ct)
    {
        await foreach (var item in store.ListAsync(Folder, startAfter: null, ct))
        {
            // One that was forgotten since the listing is not the oldest any more.
            if (TryEpoch(item.Key, ManifestSuffix, out var epoch)
                && await ReadManifestAsync(epoch, ct) is { } manifest)
                return manifest;
        }
        return null;
    }

    /// <summary>Removes documents of epochs before <paramref name="epoch"/>, as many as
    /// <paramref name="countMax"/>.</summary>
    public async Task ForgetBeforeAsync(long epoch, int countMax, CancellationToken ct)
    {
        var forgotten = 0;
        await foreach (var item in store.ListAsync(Folder, startAfter: null, ct))
        {
            var known = TryEpoch(item.Key, ManifestSuffix, out var found)
                || TryEpoch(item.Key, IntentSuffix, out found);
            if (!known || found >= epoch || forgotten++ >= countMax)
                return;
            await store.DeleteAsync(item.Key, ct);
        }
    }

    async Task<T?> ReadAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken ct)
        where T : class
    {
        if (await store.GetAsync(key, ct) is not { } content)
            return null;
        try
        {
            return JsonSerializer.Deserialize(content, type);
        }
        catch (JsonException damage)
        {
            throw new TaplineException($"{key} is damaged: {damage.Message}", "restore it from a backup", damage);
        }
    }

    string Key(long epoch, string suffix) => Folder + epoch.ToString("D20", CultureInfo.InvariantCulture) + suffix;

    static bool TryEpoch(string key, string suffix, out long epoch)
    {
        epoch = 0;
        var name = key[(key.LastIndexOf('/') + 1)..];
        return name.EndsWith(suffix, StringComparison.Ordinal)
            && long.TryParse(name[..^suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out epoch);
    }
}
