using Tapline.Lakehouse.Storage;
using Tapline.TestKit.Storage;

namespace Tapline.Simulation.Tests.World;

/// <summary>What the store really holds, whatever its clients were told, and in which order it came.</summary>
sealed class Lake : IDisposable
{
    readonly TemporaryFolder _files = new("simulation");
    readonly SortedDictionary<string, LakeObject> _objects = new(StringComparer.Ordinal);
    int _order;

    /// <summary>All objects by key.</summary>
    public IReadOnlyDictionary<string, LakeObject> Objects => _objects;

    /// <summary>How often something was written.</summary>
    public int WriteCount => _order;

    /// <summary>Objects that were written again with other bytes, although nobody may.</summary>
    public List<string> Overwritten { get; } = [];

    /// <summary>Writes an object if there is none of that name.</summary>
    public PutOutcome TryAdd(string key, byte[] content)
    {
        ObjectKey.Check(key);
        return _objects.TryAdd(key, new LakeObject(content, ++_order)) ? PutOutcome.Created : PutOutcome.Exists;
    }

    /// <summary>Writes an object.</summary>
    public bool Put(string key, byte[] content)
    {
        ObjectKey.Check(key);
        if (_objects.TryGetValue(key, out var before))
        {
            // A second arrival of the same bytes is none.
            if (before.Content.AsSpan().SequenceEqual(content))
                return false;
            if (!key.EndsWith("_last_checkpoint", StringComparison.Ordinal))
                Overwritten.Add(key);
        }
        _objects[key] = new LakeObject(content, ++_order);
        return true;
    }

    /// <summary>Removes an object.</summary>
    public bool Remove(string key) => _objects.Remove(key);

    /// <summary>The content of an object; null when there is none.</summary>
    public byte[]? Get(string key) => _objects.GetValueOrDefault(key)?.Content;

    /// <summary>A file with the object's bytes; there is none when there is no such object.</summary>
    public string LocalPath(string key)
    {
        var path = Path.Combine(_files.FullPath, key);
        if (Get(key) is not { } content || File.Exists(path))
            return path;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => _files.Dispose();
}

/// <summary>An object and when it came.</summary>
sealed record LakeObject(byte[] Content, int Order);
