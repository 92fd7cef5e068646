namespace Tapline.Lakehouse.Storage;

/// <summary>The rules that every key obeys, so that no key can leave the store's root or name one object
/// twice.</summary>
public static class ObjectKey
{
    /// <summary>Names that start so belong to writes under way; no key may use them and no listing shows
    /// them.</summary>
    public const string TemporaryPrefix = ".tmp-";

    /// <summary>Throws <see cref="ArgumentException"/> unless the key is relative, without empty, <c>.</c> or <c>..</c>
    /// segments, without NUL, and free of names kept for temporary files.</summary>
    public static void Check(string key)
    {
        if (key.Length == 0 || key.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException($"an object key is text without NUL, found \"{key}\"", nameof(key));
        foreach (var range in key.AsSpan().Split('/'))
        {
            var segment = key.AsSpan(range);
            if (segment is "" or "." or ".." || segment.StartsWith(TemporaryPrefix, StringComparison.Ordinal))
                throw new ArgumentException($"no key has the segment \"{segment}\", found \"{key}\"", nameof(key));
        }
    }
}
