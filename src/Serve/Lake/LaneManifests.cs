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
        foreach (var (lane, list) in epochs)
        {
            if (await AdvanceAsync(lane, _lanes.GetValueOrDefault(lane), list, ct) is { } newest)
                _lanes = _lanes.SetItem(lane, newest);
        }
        return [.. _lanes.Values];
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
            if (await lake.GetAsync(key, ct) is not { } content)
                continue;
            var manifest = Parse(content, key);
            return new LanePin(lane, epoch, manifest.Tables)
            {
                CommittedAtMs = manifest.CommittedAtMs,
                ModelClockUs = manifest.Models?.ClockUs,
            };
        }
        return known;
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

    /// <summary>The clock that the models saw with it, microseconds since 1970; null for a lane without.</summary>
    public long? ModelClockUs { get; init; }
}

sealed record LaneManifest(Dictionary<string, long> Tables)
{
    public long CommittedAtMs { get; init; }

    public LaneModelMark? Models { get; init; }
}

sealed record LaneModelMark(long ClockUs);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LaneManifest))]
sealed partial class ManifestJson : JsonSerializerContext;
