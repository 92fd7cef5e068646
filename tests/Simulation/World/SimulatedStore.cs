using System.Runtime.CompilerServices;
using Tapline.Lakehouse.Storage;
using Tapline.Simulation.Tests.Scheduling;

namespace Tapline.Simulation.Tests.World;

/// <summary>The lake as one process sees it, over the network.</summary>
sealed class SimulatedStore(Process owner, Network network, Lake lake, Random chance) : IObjectStore
{
    public ValueTask<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        var bytes = content.ToArray();
        return new(network.OrderAsync(
            owner, $"put-if-absent {key}", () => lake.TryAdd(key, bytes), static () => PutOutcome.Unknown));
    }

    public async ValueTask PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        var bytes = content.ToArray();
        await network.OrderAsync(owner, $"put {key}", () => lake.Put(key, bytes));
    }

    public ValueTask<byte[]?> GetAsync(string key, CancellationToken ct) =>
        new(network.AskAsync(owner, $"get {key}", () => lake.Get(key)?.ToArray()));

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, string? startAfter, [EnumeratorCancellation] CancellationToken ct)
    {
        // Pages come one after another; what is written meanwhile may be in a later one.
        while (true)
        {
            var count = chance.Next(4) == 0 ? 1 + chance.Next(8) : int.MaxValue;
            var page = await network.AskAsync(owner, $"list {prefix}", () => Page(prefix, startAfter, count));
            foreach (var info in page)
                yield return info;
            if (page.Length < count)
                yield break;
            startAfter = page[^1].Key;
        }
    }

    public async ValueTask DeleteAsync(string key, CancellationToken ct) =>
        await network.OrderAsync(owner, $"delete {key}", () => lake.Remove(key));

    public ValueTask<string> LocalPathAsync(string key, CancellationToken ct) =>
        new(network.AskAsync(owner, $"fetch {key}", () => lake.LocalPath(key)));

    ObjectInfo[] Page(string prefix, string? startAfter, int count) =>
    [
        .. lake.Objects
            .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)
                && (startAfter is null || string.CompareOrdinal(pair.Key, startAfter) > 0))
            .Take(count)
            .Select(static pair => new ObjectInfo(pair.Key, pair.Value.Content.Length, 0)),
    ];
}
