using Tapline.Lakehouse.Storage;

namespace Tapline.TestKit.Storage;

/// <summary>How often a store fails, each as a share of the calls it can happen to.</summary>
/// <param name="LostAnswers">A put-if-absent is carried out, or not, and its answer is <see
/// cref="PutOutcome.Unknown"/>.</param>
/// <param name="Refusals">A write or read throws <see cref="IOException"/> and does nothing.</param>
/// <param name="PutRefusals">As <paramref name="Refusals"/>, for plain writes only.</param>
/// <param name="Delays">A call gives way to other tasks before and after it acts.</param>
public sealed record StoreFaults(
    double LostAnswers = 0, double Refusals = 0, double PutRefusals = 0, double Delays = 0);

/// <summary>A store that fails by seed, in front of one that does not.</summary>
public sealed class FaultyObjectStore(IObjectStore inner, int seed, StoreFaults faults) : IObjectStore
{
    const int YieldsMax = 20;

    readonly Lock _lock = new();
    readonly Random _random = new(seed);

    /// <summary>Answers that were lost so far.</summary>
    public int LostAnswerCount { get; private set; }

    public async ValueTask<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        await StartAsync(key);
        // A lost answer is lost on the way there or on the way back.
        var (lost, arrives) = (Happens(faults.LostAnswers), Happens(0.5));
        if (lost)
        {
            lock (_lock)
                LostAnswerCount++;
        }
        var outcome = lost && !arrives ? PutOutcome.Unknown : await inner.PutIfAbsentAsync(key, content, ct);
        await DelayAsync();
        return lost ? PutOutcome.Unknown : outcome;
    }

    public async ValueTask PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        await StartAsync(key);
        if (Happens(faults.PutRefusals))
            throw new IOException($"the store refuses {key}");
        await inner.PutAsync(key, content, ct);
        await DelayAsync();
    }

    public async ValueTask<byte[]?> GetAsync(string key, CancellationToken ct)
    {
        await StartAsync(key);
        var content = await inner.GetAsync(key, ct);
        await DelayAsync();
        return content;
    }

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, string? startAfter, CancellationToken ct) =>
        inner.ListAsync(prefix, startAfter, ct);

    public async ValueTask DeleteAsync(string key, CancellationToken ct)
    {
        await StartAsync(key);
        await inner.DeleteAsync(key, ct);
    }

    public ValueTask<string> LocalPathAsync(string key, CancellationToken ct) => inner.LocalPathAsync(key, ct);

    async ValueTask StartAsync(string key)
    {
        await DelayAsync();
        if (Happens(faults.Refusals))
            throw new IOException($"the store refuses {key}");
    }

    async ValueTask DelayAsync()
    {
        if (!Happens(faults.Delays))
            return;
        int yields;
        lock (_lock)
            yields = _random.Next(1, YieldsMax);
        for (var i = 0; i < yields; i++)
            await Task.Yield();
    }

    bool Happens(double share)
    {
        lock (_lock)
            return _random.NextDouble() < share;
    }
}
