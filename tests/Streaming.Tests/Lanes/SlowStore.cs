using Tapline.Lakehouse.Storage;

namespace Tapline.Streaming.Tests.Lanes;

/// <summary>A store each of whose writes takes a while, by a clock that can jump.</summary>
sealed class SlowStore(IObjectStore inner, JumpingTime time, TimeSpan writeTime) : IObjectStore
{
    public ValueTask<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        time.Jump(writeTime);
        return inner.PutIfAbsentAsync(key, content, ct);
    }

    public ValueTask PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        time.Jump(writeTime);
        return inner.PutAsync(key, content, ct);
    }

    public ValueTask<byte[]?> GetAsync(string key, CancellationToken ct) => inner.GetAsync(key, ct);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, string? startAfter, CancellationToken ct) =>
        inner.ListAsync(prefix, startAfter, ct);

    public ValueTask DeleteAsync(string key, CancellationToken ct) => inner.DeleteAsync(key, ct);

    public ValueTask<string> LocalPathAsync(string key, CancellationToken ct) => inner.LocalPathAsync(key, ct);
}
