using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Tapline.Contracts;
using Tapline.Lakehouse.Storage;

namespace Tapline.Serving.Lake;

/// <summary>What the newest complete epoch of each lane says about table versions: together one cut across all tables.
/// Remembers what it has read.</summary>
sealed class LaneManifests(IObjectStore lake)
{
    const string Folder = "_tapline/lanes/";
    const string DoneSuffix = ".done";

    ImmutableSortedDictionary<string, LanePin> _lanes =
        ImmutableSortedDictionary<string, LanePin>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>For each lane the version of each of its tables; no lanes when the lake has no manifest.</summary>
    public async Task<IReadOnlyCollection<LanePin>> ReadAsync(CancellationToken ct)
    {
        foreach (var (lane, list) in await ListAsync(ct))
        {
            if (await AdvanceAsync(lane, _lanes.GetValueOrDefault(lane), list, ct) is { } newest)
                _lanes = _lanes.SetItem(lane, newest);
        }
        return [.. _lanes.Values];
    }

    /// <summary>For each lane its newest epochs, the newest first.</summary>
    public async Task<IReadOnlyList<LanePin>> NewestAsync(int count, CancellationToken ct)
    {
        var found = new List<LanePin>();
        foreach (var (lane, list) in await ListAsync(ct))
        {
            foreach (var (epoch, key) in list.OrderByDescending(static manifest => manifest.Epoch).Take(count))
            {
                if (await PinAsync(lane, epoch, key, ct) is { } pin)
                    found.Add(pin);
            }
        }
        return found;
    }

    /// <summary>Where each lane stood at a time, or at an epoch of the only lane; null when none stood anywhere
    /// yet.</summary>
    public async Task<IReadOnlyCollection<LanePin>?> AtAsync(CutChoice choice, CancellationToken ct)
    {
        var lanes = await ListAsync(ct);
        if (choice.Epoch is not null && lanes.Count > 1)
            return null;
        var found = new List<LanePin>();
        foreach (var (lane, list) in lanes)
        {
            list.Sort(static (a, b) => a.Epoch.CompareTo(b.Epoch));
            if (await LastAsync(lane, list, choice, ct) is { } pin)
                found.Add(pin);
        }
        return found.Count == 0 ? null : found;
    }

    // The last manifest that is not after the choice. Epochs are committed in their order.
    async Task<LanePin?> LastAsync(
        string lane, List<(long Epoch, string Key)> manifests, CutChoice choice, CancellationToken ct)
    {
        LanePin? last = null;
        for (int low = 0, high = manifests.Count - 1; low <= high;)
        {
            var middle = (low + high) / 2;
            var (epoch, key) = manifests[middle];
            if (await PinAsync(lane, epoch, key, ct) is { } pin && choice.IsReachedBy(pin.Epoch, pin.CommittedAtMs))
                (last, low) = (pin, middle + 1);
            else
                high = middle - 1;
        }
        return last;
    }

    async Task<Dictionary<string, List<(long Epoch, string Key)>>> ListAsync(CancellationToken ct)
    {
        var epochs = new Dictionary<string, List<(long Epoch, string Key)>>(StringComparer.Ordinal);
        await foreach (var entry in lake.ListAsync(Folder, startAfter: null, ct))
        {
            var parts = entry.Key[Folder.Length..].Split('/');
            if (parts.Length != 2 || EpochOf(parts[1]) is not { } epoch)
                continue;
            if (!epochs.TryGetValue(parts[0], out var list))
                epochs.Add(parts[0], list = []);
            list.Add((epoch, entry.Key));
        }
        return epochs;
    }

    static long? EpochOf(string name) =>
        name.EndsWith(DoneSuffix, StringComparison.Ordinal)
        && long.TryParse(
            name[..^DoneSuffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            ? epoch
            : null;

    // Each manifest names all tables of its lane, so the newest is enough. One that was cleaned away since the listing
    // has a newer one behind it, which the next reading finds.
    async Task<LanePin?> AdvanceAsync(
        string lane, LanePin? known, List<(long Epoch, string Key)> manifests, CancellationToken ct)
    {
        foreach (var (epoch, key) in manifests.OrderByDescending(static manifest => manifest.Epoch))
        {
            if (epoch <= known?.Epoch)
                break;
            if (await PinAsync(lane, epoch, key, ct) is { } pin)
                return pin;
        }
        return known;
    }

    async Task<LanePin?> PinAsync(string lane, long epoch, string key, CancellationToken ct)
    {
        if (await lake.GetAsync(key, ct) is not { } content)
            return null;
        var manifest = Parse(content, key);
        return new LanePin(lane, epoch, manifest.Tables)
        {
            CommittedAtMs = manifest.CommittedAtMs,
            Models = manifest.Models is { } mark ? new ModelClock(mark.ClockUs, mark.StartedUs) : null,
            ModelDefinitions = manifest.Models?.Definitions ?? [],
        };
    }

    static LaneManifest Parse(byte[] content, string key)
    {
        try
        {
            return JsonSerializer.Deserialize(content, ManifestJson.Default.LaneManifest)
                ?? throw new JsonException("null");
        }
        catch (JsonException damage)
        {
            throw new TaplineException($"lane manifest {key} is damaged: {damage.Message}", cause: damage);
        }
    }
}

/// <summary>Where a lane stands: its newest complete epoch, and the version that each table has with it.</summary>
sealed record LanePin(string Lane, long Epoch, IReadOnlyDictionary<string, long> Versions)
{
    /// <summary>When the epoch was committed, milliseconds since 1970.</summary>
    public long CommittedAtMs { get; init; }

    /// <summary>What its models saw; null for a lane without.</summary>
    public ModelClock? Models { get; init; }

    /// <summary>A digest of each model's definition, by name.</summary>
    public Dictionary<string, string> ModelDefinitions { get; init; } = [];
}

sealed record LaneManifest(Dictionary<string, long> Tables)
{
    public long CommittedAtMs { get; init; }

    public LaneModelMark? Models { get; init; }
}

sealed record LaneModelMark(long ClockUs)
{
    public long StartedUs { get; init; }

    public Dictionary<string, string> Definitions { get; init; } = [];
}

/// <summary>The time that models saw, which their SQL reads from the relation <c>clock</c>.</summary>
/// <param name="ClockUs">The clock of the newest step, microseconds since 1970.</param>
/// <param name="StartedUs">The tick of the first step ever, microseconds since 1970.</param>
public sealed record ModelClock(long ClockUs, long StartedUs);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LaneManifest))]
sealed partial class ManifestJson : JsonSerializerContext;
