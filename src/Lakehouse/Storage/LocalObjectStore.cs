using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Tapline.Contracts;

namespace Tapline.Lakehouse.Storage;

/// <summary>A folder of this machine as an object store. Any number of processes may share it; what they see is whole
/// objects only. Failing writes leave nothing behind and throw <see cref="TaplineException"/> naming key and
/// cause.</summary>
public sealed class LocalObjectStore : IObjectStore
{
    static readonly TimeSpan TemporaryAgeMax = TimeSpan.FromHours(1);

    readonly string _root;
    readonly Durability _durability;
    // Names of temporary files never reach a reader, so they need not come from an injected source.
    readonly string _temporaryPrefix =
        $"{ObjectKey.TemporaryPrefix}{RandomNumberGenerator.GetHexString(16, lowercase: true)}-";
    long _temporaryCount;

    /// <summary>Opens a folder and removes temporary files that were left there more than an hour ago.</summary>
    public LocalObjectStore(string root, LocalStoreOptions? options = null)
    {
        options ??= new LocalStoreOptions();
        _root = Path.GetFullPath(root);
        _durability = options.Durability;
        if (File.Exists(_root))
            throw new TaplineException($"lake folder {_root} is a file", "Name a folder.");
        if (!Directory.Exists(_root))
        {
            if (options.MustExist)
                {
                throw new TaplineException(
                    $"lake folder {_root} does not exist", "Check the path, or start the pipeline first.");
            }
            Guarded("create", _root, () => CreateFolder(_root));
        }
        RemoveLeftOvers(options.Time);
    }

    /// <inheritdoc/>
    public ValueTask<PutOutcome> PutIfAbsentAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        ObjectKey.Check(key);
        ct.ThrowIfCancellationRequested();
        return _durability == Durability.Full
            ? new(Task.Run(() => PutIfAbsent(key, content), ct))
            : new(PutIfAbsent(key, content));
    }

    /// <inheritdoc/>
    public ValueTask PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        ObjectKey.Check(key);
        ct.ThrowIfCancellationRequested();
        // Waiting for the disk would otherwise hold the caller's task: sixty tables commit side by side.
        if (_durability == Durability.Full)
            return new(Task.Run(() => Put(key, content), ct));
        Put(key, content);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<byte[]?> GetAsync(string key, CancellationToken ct)
    {
        ObjectKey.Check(key);
        ct.ThrowIfCancellationRequested();
        byte[]? content = null;
        Guarded("read", key, () =>
        {
            try
            {
                content = File.ReadAllBytes(PathOf(key));
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                content = null;
            }
        });
        return new(content);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, string? startAfter, [EnumeratorCancellation] CancellationToken ct)
    {
        // One folder's names are in memory at a time; folders that cannot hold a wanted key are not opened.
        var folder = prefix[..(prefix.LastIndexOf('/') + 1)];
        if (folder.Length > 0)
            ObjectKey.Check(folder.TrimEnd('/'));
        var listing = new FolderListing(_root, prefix, startAfter);
        foreach (var info in listing.Walk(folder))
        {
            ct.ThrowIfCancellationRequested();
            yield return info;
        }
        await ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask DeleteAsync(string key, CancellationToken ct)
    {
        ObjectKey.Check(key);
        ct.ThrowIfCancellationRequested();
        var path = PathOf(key);
        Guarded("delete", key, () =>
        {
            if (!File.Exists(path))
                return;
            File.Delete(path);
            SyncFolder(Path.GetDirectoryName(path)!);
        });
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<string> LocalPathAsync(string key, CancellationToken ct)
    {
        ObjectKey.Check(key);
        return new(PathOf(key));
    }

    PutOutcome PutIfAbsent(string key, ReadOnlyMemory<byte> content)
    {
        var outcome = PutOutcome.Created;
        Place(key, content, (temporary, path) =>
        {
            var error = FileSystemCalls.Link(temporary, path);
            if (error == FileSystemError.Exists)
                outcome = PutOutcome.Exists;
            return error == FileSystemError.Exists ? FileSystemError.None : error;
        });
        return outcome;
    }

    void Put(string key, ReadOnlyMemory<byte> content) => Place(key, content, FileSystemCalls.Rename);

    /// <summary>Writes the bytes to a temporary file, gives it the key's name by <paramref name="publish"/>, and takes
    /// the temporary name away, whatever happens.</summary>
    void Place(string key, ReadOnlyMemory<byte> content, Func<string, string, FileSystemError> publish) =>
        Guarded("write", key, () =>
        {
            var path = PathOf(key);
            var folder = Path.GetDirectoryName(path)!;
            // All in the root: one listing finds what a crash has left, and a link may cross folders.
            var temporary = Path.Combine(_root, $"{_temporaryPrefix}{Interlocked.Increment(ref _temporaryCount)}");
            try
            {
                WriteFile(temporary, content.Span);
                var error = publish(temporary, path);
                if (error == FileSystemError.NotFound)
                {
                    CreateFolder(folder);
                    error = publish(temporary, path);
                }
                Check(error);
            }
            finally
            {
                File.Delete(temporary);
            }
            SyncFolder(folder);
        });

    void WriteFile(string path, ReadOnlySpan<byte> content)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        RandomAccess.Write(file, content, fileOffset: 0);
        if (_durability == Durability.Full)
            RandomAccess.FlushToDisk(file);
    }

    void CreateFolder(string path)
    {
        if (Directory.Exists(path))
            return;
        var parent = Path.GetDirectoryName(path);
        if (parent is not null)
            CreateFolder(parent);
        Directory.CreateDirectory(path);
        if (parent is not null)
            SyncFolder(parent);
    }

    void SyncFolder(string path)
    {
        if (_durability == Durability.Full)
            Check(FileSystemCalls.SyncFolder(path));
    }

    void RemoveLeftOvers(TimeProvider time)
    {
        var oldest = time.GetUtcNow().UtcDateTime - TemporaryAgeMax;
        foreach (var path in Directory.EnumerateFiles(_root, ObjectKey.TemporaryPrefix + "*"))
        {
            if (File.GetLastWriteTimeUtc(path) < oldest)
                Guarded("remove the left-over", path, () => File.Delete(path));
        }
    }

    string PathOf(string key) => Path.Combine(_root, key);

    static void Check(FileSystemError error)
    {
        if (error != FileSystemError.None)
            throw new FileSystemException(error);
    }

    static void Guarded(string what, string key, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var cause = FileSystemException.CauseOf(e);
            throw new TaplineException($"cannot {what} {key}: {cause.Text}", cause.Hint, e)
            {
                IsTransient = FileSystemException.Passes(e),
            };
        }
    }
}

/// <summary>A call of the file system that failed, by its <c>errno</c>.</summary>
sealed class FileSystemException(FileSystemError error) : IOException(Marshal.GetPInvokeErrorMessage((int)error))
{
    FileSystemError Error { get; } = error;

    /// <summary>Whether the same call can succeed once the disk has room or answers again.</summary>
    public static bool Passes(Exception exception) => exception is not UnauthorizedAccessException
        && ErrorOf(exception) is not (FileSystemError.NotPermitted or FileSystemError.AccessDenied
            or FileSystemError.CrossDevice or FileSystemError.IsAFolder or FileSystemError.NotAFolder);

    /// <summary>What happened in words, and what a person can do about it.</summary>
    public static (string Text, string? Hint) CauseOf(Exception exception)
    {
        var error = ErrorOf(exception);
        return error switch
        {
            FileSystemError.NoSpace => ("no space is left on the disk", "Free space on the lake's disk."),
            FileSystemError.NotPermitted when exception is FileSystemException =>
                ("the file system has no hard links", "Put the lake on a file system that has them, such as ext4."),
            FileSystemError.CrossDevice =>
                ("the folder lies on another file system than the lake's root", "Keep one lake on one file system."),
            _ when exception is UnauthorizedAccessException || error is FileSystemError.AccessDenied =>
                ("this user may not do that", "Give the pipeline's user the right to write in the lake's folder."),
            FileSystemError.ReadOnlyFileSystem => ("the file system is read-only", "Mount it writable."),
            FileSystemError.IsAFolder or FileSystemError.NotAFolder => ("a folder and an object have one name", null),
            _ => (exception.Message, null),
        };
    }

    static FileSystemError ErrorOf(Exception exception) =>
        exception is FileSystemException own ? own.Error : (FileSystemError)(exception.HResult & 0xFFFF);
}
