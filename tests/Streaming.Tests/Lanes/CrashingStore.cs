using Tapline.Lakehouse.Storage;

namespace Tapline.Streaming.Tests.Lanes;

/// <summary>A store that dies at a chosen write: before it takes effect, or after it did and without an answer. From
/// then on it refuses everything, as a killed process asks nothing more. Only writes of keys with a certain end
/// count.</summary>
sealed class CrashingStore(IObjectStore inner, int writesUntilCrash, bool isEffective, string keyEnd = "")
    : IObjectStore
{
    int _left = writesUntilCrash;

    /// <summary>Whether it has died.</summary>
    public bool HasCrashed => _left < 0;

    public async ValueTask<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        if (Spend(key))
            return await inner.PutIfAbsentAsync(key, content, ct);
        if (isEffective && _left == -1)
            await inner.PutIfAbsentAsync(key, content, ct);
        throw new IOException("crashed");
    }

    public async ValueTask PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        if (!Spend(key))
        {
            if (isEffective && _left == -1)
                await inner.PutAsync(key, content, ct);
            throw new IOException("crashed");
        }
        await inner.PutAsync(key, content, ct);
    }

    public ValueTask<byte[]?> GetAsync(string key, CancellationToken ct) => inner.GetAsync(key, ct);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, string? startAfter, CancellationToken ct) =>
        inner.ListAsync(prefix, startAfter, ct);

    public ValueTask DeleteAsync(string key, CancellationToken ct) =>
        HasCrashed ? throw new IOException("crashed") : inner.DeleteAsync(key, ct);

    public ValueTask<string> LocalPathAsync(string key, CancellationToken ct) => inner.LocalPathAsync(key, ct);

    bool Spend(string key) => HasCrashed || key.EndsWith(keyEnd, StringComparison.Ordinal)
        ? Interlocked.Decrement(ref _left) >= 0
        : true;
}
