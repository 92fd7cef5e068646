using System.IO.Enumeration;

namespace Tapline.Lakehouse.Storage;

/// <summary>Walks a tree of files in the ordinal order of their keys.</summary>
sealed class FolderListing(string root, string prefix, string? startAfter)
{
    static readonly EnumerationOptions EveryName = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
        RecurseSubdirectories = false,
    };

    /// <summary>The objects below a folder, which is given as the start of a key: empty or closed by a slash.</summary>
    public IEnumerable<ObjectInfo> Walk(string folder)
    {
        foreach (var (name, isFolder) in Names(folder))
        {
            var key = folder + name;
            if (!isFolder && IsWanted(key) && Describe(key) is { } info)
                yield return info;
            else if (isFolder && MayHoldWanted(key))
            {
                foreach (var inner in Walk(key))
                    yield return inner;
            }
        }
    }

    /// <summary>A folder's name ends in a slash, which is where it stands in the order of keys: after <c>a-b</c>,
    /// before <c>a0</c>.</summary>
    List<(string Name, bool IsFolder)> Names(string folder)
    {
        var path = Path.Combine(root, folder);
        var names = new List<(string Name, bool IsFolder)>();
        try
        {
            var entries = new FileSystemEnumerable<(string, bool)>(
                path,
                static (ref entry) => entry.IsDirectory
                    ? ($"{entry.FileName}/", true)
                    : (entry.FileName.ToString(), false),
                EveryName)
            {
                ShouldIncludePredicate = static (ref entry) =>
                    !entry.FileName.StartsWith(ObjectKey.TemporaryPrefix, StringComparison.Ordinal),
            };
            names.AddRange(entries);
        }
        catch (DirectoryNotFoundException)
        {
            // No object starts so.
            return [];
        }
        names.Sort(static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        return names;
    }

    bool IsWanted(string key) =>
        key.StartsWith(prefix, StringComparison.Ordinal)
        && (startAfter is null || string.CompareOrdinal(key, startAfter) > 0);

    bool MayHoldWanted(string folder) =>
        (folder.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(folder, StringComparison.Ordinal))
        && (startAfter is null
            || string.CompareOrdinal(folder, startAfter) > 0
            || startAfter.StartsWith(folder, StringComparison.Ordinal));

    ObjectInfo? Describe(string key)
    {
        var file = new FileInfo(Path.Combine(root, key));
        // Deleted since its name was read.
        return file.Exists
            ? new ObjectInfo(key, file.Length, new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeMilliseconds())
            : null;
    }
}
