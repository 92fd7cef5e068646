using Tapline.Lakehouse.Storage;

namespace Tapline.Simulation.Tests.PlantedBugs;

/// <summary>A store in front of another, for mistakes to differ from.</summary>
abstract class StoreInFront(IObjectStore inner) : IObjectStore
{
    /// <summary>The one behind it.</summary>
    protected IObjectStore Inner { get; } = inner;

    public virtual ValueTask<PutOutcome> PutIfAbsentAsync(
        string key, ReadOnlyMemory<byte> content, CancellationToken ct) => Inner.PutIfAbsentAsync(key, content, ct);

    public virtual ValueTask PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct) =>
        Inner.PutAsync(key, content, ct);

    public virtual ValueTask<byte[]?> GetAsync(string key, CancellationToken ct) => Inner.GetAsync(key, ct);

    public IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, string? startAfter, CancellationToken ct) =>
        Inner.ListAsync(prefix, startAfter, ct);

    public ValueTask DeleteAsync(string key, CancellationToken ct) => Inner.DeleteAsync(key, ct);

    public ValueTask<string> LocalPathAsync(string key, CancellationToken ct) => Inner.LocalPathAsync(key, ct);

    /// <summary>Whether a key is a commit of a table.</summary>
    protected static bool IsCommit(string key) =>
        key.Contains("/_delta_log/", StringComparison.Ordinal) && key.EndsWith(".json", StringComparison.Ordinal);
}
