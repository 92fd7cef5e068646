namespace Tapline.Lakehouse.Storage;

/// <summary>Named pieces of bytes, written whole and seen whole: S3's model. Keys are paths with <c>/</c>, relative to
/// the store's root, never starting with one.</summary>
public interface IObjectStore
{
    /// <summary>Writes an object only when the key is free; of several writers exactly one is told
    /// <see cref="PutOutcome.Created"/>. Durable when it returns.</summary>
    ValueTask<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct);

    /// <summary>Writes an object, over an existing one if there is one. Durable when it returns.</summary>
    ValueTask PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct);

    /// <summary>Reads an object; null when the key is free.</summary>
    ValueTask<byte[]?> GetAsync(string key, CancellationToken ct);

    /// <summary>Every object whose key starts with <paramref name="prefix"/>, in ordinal order of the keys, from the
    /// first key after <paramref name="startAfter"/> where given.</summary>
    IAsyncEnumerable<ObjectInfo> ListAsync(string prefix, string? startAfter, CancellationToken ct);

    /// <summary>Removes an object; nothing happens when there is none.</summary>
    ValueTask DeleteAsync(string key, CancellationToken ct);

    /// <summary>A path on this machine that holds the object's bytes for readers that want a file.</summary>
    ValueTask<string> LocalPathAsync(string key, CancellationToken ct);
}

/// <summary>How a put-if-absent ended.</summary>
public enum PutOutcome
{
    /// <summary>The object is there and it is this call's.</summary>
    Created,
    /// <summary>The key was taken: by another writer, or by an earlier try of this one whose answer was lost.</summary>
    Exists,
    /// <summary>The store did not answer: read the key back before anything else.</summary>
    Unknown,
}

/// <summary>An object in a listing.</summary>
/// <param name="Key">Its key, relative to the store's root.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ModifiedMs">Last written, milliseconds since 1970.</param>
public readonly record struct ObjectInfo(string Key, long Size, long ModifiedMs);
