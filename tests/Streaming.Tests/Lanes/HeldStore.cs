using Tapline.Lakehouse.Storage;

namespace Tapline.Streaming.Tests.Lanes;

/// <summary>A store that does not answer writes of keys with a certain end until it is let.</summary>
sealed class HeldStore(IObjectStore inner, string keyEnd) : IObjectStore
{
    readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    volatile bool _isHolding;

    /// <summary>Whether a write waits.</summary>
    public bool IsHolding => _isHolding;

    /// <summary>Lets all writes go on.</summary>
    public void Release() => _gate.TrySetResult();

    public async ValueTask<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        await PassAsync(key, ct);
        return await inner.PutIfAbsentAsync(key, content, ct);
    }

    public async ValueTask PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        await PassAsync(key, ct);
        await inner.PutAsync(key, content, ct);
    }

    public ValueTask<byte[]?> GetAsync(string key, CancellationToken ct) => inner.GetAsync(key, ct);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, string? startAfter, CancellationToken ct) =>
        inner.ListAsync(prefix, startAfter, ct);

    public ValueTask DeleteAsync(string key, CancellationToken ct) => inner.DeleteAsync(key, ct);

    public ValueTask<string> LocalPathAsync(string key, CancellationToken ct) => inner.LocalPathAsync(key, ct);

    async Task PassAsync(string key, CancellationToken ct)
    {
        if (!key.EndsWith(keyEnd, StringComparison.Ordinal) || _gate.Task.IsCompleted)
            return;
        _isHolding = true;
        await _gate.Task.WaitAsync(ct);
    }
}
