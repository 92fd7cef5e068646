using System.Buffers;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.Files;

/// <summary>The files that a table's log names, wherever they lie: below the table's folder, or elsewhere on this
/// machine.</summary>
sealed class TableFiles(IObjectStore store, LogFolder folder)
{
    static readonly SearchValues<char> SchemeLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789+-.");

    /// <summary>The content of a file; null when there is none.</summary>
    public async ValueTask<byte[]?> GetAsync(string location, CancellationToken ct)
    {
        if (!IsElsewhere(location))
            return await store.GetAsync(folder.KeyOf(location), ct);
        return File.Exists(location) ? await File.ReadAllBytesAsync(location, ct) : null;
    }

    /// <summary>A path on this machine that has a file's bytes. Throws <see cref="DeltaFormatException"/> when there is
    /// no such file or, where <paramref name="size"/> is given, when it has another size.</summary>
    public async ValueTask<string> LocalPathAsync(string location, long? size, CancellationToken ct)
    {
        var path = IsElsewhere(location) ? location : await store.LocalPathAsync(folder.KeyOf(location), ct);
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new DeltaFormatException(NameOf(location), "a file that the log names", "none");
        if (size is { } wanted && file.Length != wanted)
            throw new DeltaFormatException(NameOf(location), $"a file of {wanted} bytes", $"{file.Length} bytes");
        return path;
    }

    /// <summary>How errors name a file.</summary>
    public string NameOf(string location) => IsElsewhere(location) ? location : folder.KeyOf(location);

    /// <summary>Whether a location is a path of this machine and no key of the store.</summary>
    static bool IsElsewhere(string location)
    {
        if (location.StartsWith('/'))
            return true;
        var scheme = location.IndexOf("://", StringComparison.Ordinal);
        if (scheme > 0 && !location.AsSpan(0, scheme).ContainsAnyExcept(SchemeLetters))
            throw new DeltaFormatException(location, "a file of the table's store or of this machine", "an address");
        return false;
    }
}
