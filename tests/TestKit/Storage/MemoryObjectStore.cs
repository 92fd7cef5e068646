using System.Runtime.CompilerServices;
using Tapline.Lakehouse.Storage;

namespace Tapline.TestKit.Storage;

/// <summary>Objects in memory, for any number of tasks at once. Readers that want a file get a copy in a folder that
/// goes with the store.</summary>
public sealed class MemoryObjectStore(TimeProvider? time = null) : IObjectStore, IDisposable
{
    readonly Lock _lock = new();
    readonly SortedDictionary<string, (byte[] Content, long ModifiedMs)> _objects = new(StringComparer.Ordinal);
    readonly TimeProvider _time = time ?? TimeProvider.System;
    readonly string _files = Path.Combine(Path.GetTempPath(), $"tapline-memory-store-{Guid.NewGuid():N}");

    /// <summary>Every key, in order.</summary>
    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (_lock)
                return [.. _objects.Keys];
        }
    }

    public ValueTask<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        ObjectKey.Check(key);
        ct.ThrowIfCancellationRequested();
        lock (_lock)
            return new(_objects.TryAdd(key, Now(content)) ? PutOutcome.Created : PutOutcome.Exists);
    }

    public ValueTask PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        ObjectKey.Check(key);
        ct.ThrowIfCancellationRequested();
        lock (_lock)
            _objects[key] = Now(content);
        return ValueTask.CompletedTask;
    }

    public ValueTask<byte[]?> GetAsync(string key, CancellationToken ct)
    {
        ObjectKey.Check(key);
        ct.ThrowIfCancellationRequested();
        lock (_lock)
            return new(_objects.TryGetValue(key, out var found) ? found.Content.ToArray() : null);
    }

    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, string? startAfter, [EnumeratorCancellation] CancellationToken ct)
    {
        ObjectInfo[] found;
        lock (_lock)
        {
            found = [.. _objects
                .Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)
                    && (startAfter is null || string.CompareOrdinal(pair.Key, startAfter) > 0))
                .Select(static pair => new ObjectInfo(pair.Key, pair.Value.Content.Length, pair.Value.ModifiedMs))];
        }
        foreach (var info in found)
        {
            ct.ThrowIfCancellationRequested();
            yield return info;
        }
        await ValueTask.CompletedTask;
    }

    public ValueTask DeleteAsync(string key, CancellationToken ct)
    {
        ObjectKey.Check(key);
        lock (_lock)
            _objects.Remove(key);
        return ValueTask.CompletedTask;
    }

    public async ValueTask<string> LocalPathAsync(string key, CancellationToken ct)
    {
        var path = Path.Combine(_files, key);
        if (await GetAsync(key, ct) is { } content)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, content, ct);
        }
        return path;
    }

    public void Dispose()
    {
        if (Directory.Exists(_files))
            Directory.Delete(_files, recursive: true);
    }

    (byte[] Content, long ModifiedMs) Now(ReadOnlyMemory<byte> content) =>
        (content.ToArray(), _time.GetUtcNow().ToUnixTimeMilliseconds());
}
