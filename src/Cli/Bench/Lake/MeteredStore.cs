using Tapline.Lakehouse.Storage;
using Tapline.Streaming.Epochs;

namespace Tapline.Cli.Bench.Lake;

/// <summary>A store that counts what is written to it, and times each commit of a lane: from the request that claims
/// an epoch to the answer that completes it.</summary>
sealed class MeteredStore(IObjectStore inner, TimeProvider time) : IObjectStore
{
    readonly Lock _lock = new();
    readonly List<TimeSpan> _commits = [];
    WrittenBytes _written;
    long _claimedAt;

    /// <summary>What was written since the last call, by kind, and how long each commit took.</summary>
    public (WrittenBytes Written, TimeSpan[] Commits) Take()
    {
        lock (_lock)
        {
            var taken = (_written, _commits.ToArray());
            _written = default;
            _commits.Clear();
            return taken;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        var isDocument = key.StartsWith(EpochStore.Root, StringComparison.Ordinal);
        if (isDocument && key.EndsWith(".json", StringComparison.Ordinal))
            _claimedAt = time.GetTimestamp();
        Count(key, content.Length);
        var outcome = await inner.PutIfAbsentAsync(key, content, ct);
        if (isDocument && key.EndsWith(".done", StringComparison.Ordinal))
        {
            lock (_lock)
                _commits.Add(time.GetElapsedTime(_claimedAt));
        }
        return outcome;
    }

    /// <inheritdoc/>
    public ValueTask PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        Count(key, content.Length);
        return inner.PutAsync(key, content, ct);
    }

    /// <inheritdoc/>
    public ValueTask<byte[]?> GetAsync(string key, CancellationToken ct) => inner.GetAsync(key, ct);

    /// <inheritdoc/>
    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, string? startAfter, CancellationToken ct) =>
        inner.ListAsync(prefix, startAfter, ct);

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string key, CancellationToken ct) => inner.DeleteAsync(key, ct);

    /// <inheritdoc/>
    public ValueTask<string> LocalPathAsync(string key, CancellationToken ct) => inner.LocalPathAsync(key, ct);

    void Count(string key, long bytes)
    {
        lock (_lock)
        {
            _written += key.Contains("/_delta_log/", StringComparison.Ordinal) ? new(0, 0, bytes)
                : key.StartsWith("current/", StringComparison.Ordinal) ? new(bytes, 0, 0)
                : key.StartsWith("history/", StringComparison.Ordinal) ? new(0, bytes, 0)
                : new WrittenBytes(0, 0, bytes);
        }
    }
}

/// <summary>Bytes that were written, by what for.</summary>
/// <param name="Current">Files of current rows, and their deletion vectors.</param>
/// <param name="History">Files of histories.</param>
/// <param name="Logs">Delta logs, intents and manifests.</param>
readonly record struct WrittenBytes(long Current, long History, long Logs)
{
    /// <summary>All of them.</summary>
    public long Total => Current + History + Logs;

    /// <summary>Both together.</summary>
    public static WrittenBytes operator +(WrittenBytes left, WrittenBytes right) =>
        new(left.Current + right.Current, left.History + right.History, left.Logs + right.Logs);
}
