using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Tapline.Lakehouse.Storage.S3;

/// <summary>Copies of objects that never change, as files of one folder, which several processes may share. A copy's
/// name holds its length and checksum: what does not fit them any more, after a crash or by a bad disk, is fetched
/// again. When the bound is passed those go that were not asked for the longest, but none that was asked for within
/// the last ten minutes: it may be in use.</summary>
sealed class DiskCache(string folder, long bytesMax, TimeProvider time) : IDisposable
{
    const int Gates = 64;
    const int BufferBytes = 256 << 10;

    static readonly TimeSpan UseMax = TimeSpan.FromMinutes(10);
    static readonly TimeSpan TemporaryAgeMax = TimeSpan.FromHours(1);

    readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, Gates).Select(static _ => new SemaphoreSlim(1))];
    readonly Lock _lock = new();
    readonly Dictionary<string, string> _checked = new(StringComparer.Ordinal);
    Dictionary<string, string>? _found;
    long _bytes;

    /// <summary>Whether an object of this key never changes and is read as a file.</summary>
    public static bool IsKept(string key) => key.EndsWith(".parquet", StringComparison.Ordinal);

    /// <summary>The path of an object's copy, which <paramref name="download"/> writes when there is none.</summary>
    public async Task<string> GetAsync(
        string key, Func<FileStream, CancellationToken, Task> download, CancellationToken ct)
    {
        var id = IdOf(key);
        if (Known(id) is { } path)
            return path;
        var gate = _gates[string.GetHashCode(id, StringComparison.Ordinal) & (Gates - 1)];
        await gate.WaitAsync(ct);
        try
        {
            return Known(id) ?? await CheckedAsync(id, ct) ?? await PlaceAsync(id, download, ct);
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Keeps a copy of what was written, where there is room.</summary>
    public async Task AddAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        if (Interlocked.Read(ref _bytes) + content.Length <= bytesMax)
            await PlaceAsync(IdOf(key), async (file, c) => await file.WriteAsync(content, c), ct);
    }

    /// <summary>Forgets an object.</summary>
    public void Remove(string key)
    {
        var id = IdOf(key);
        lock (_lock)
        {
            if (_checked.Remove(id, out var path))
                File.Delete(path);
        }
    }

    public void Dispose()
    {
        foreach (var gate in _gates)
            gate.Dispose();
    }

    static string IdOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    string? Known(string id)
    {
        string? path;
        lock (_lock)
            path = _checked.GetValueOrDefault(id);
        return path is not null && Touch(path) ? path : null;
    }

    // Another process may have removed it.
    bool Touch(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime);
            return true;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
    }

    // A copy that an earlier process left counts only when its bytes are those of its name.
    async Task<string?> CheckedAsync(string id, CancellationToken ct)
    {
        if (!Found().TryGetValue(id, out var path) || !Touch(path))
            return null;
        await using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete))
        {
            if (NameOf(id, file.Length, await ChecksumAsync(file, ct)) == Path.GetFileName(path))
            {
                lock (_lock)
                    _checked[id] = path;
                return path;
            }
        }
        File.Delete(path);
        return null;
    }

    async Task<string> PlaceAsync(
        string id, Func<FileStream, CancellationToken, Task> write, CancellationToken ct)
    {
        Found();
        var temporary = Path.Combine(folder, $"{ObjectKey.TemporaryPrefix}{RandomNumberGenerator.GetHexString(16)}");
        try
        {
            string path;
            long length;
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite))
            {
                await write(file, ct);
                await file.FlushAsync(ct);
                length = file.Length;
                file.Position = 0;
                path = Path.Combine(folder, NameOf(id, length, await ChecksumAsync(file, ct)));
            }
            if (FileSystemCalls.Rename(temporary, path) is not FileSystemError.None and var error)
                throw new FileSystemException(error);
            Touch(path);
            lock (_lock)
                _checked[id] = path;
            if (Interlocked.Add(ref _bytes, length) > bytesMax)
                Shrink();
            return path;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    // What lies in the folder is looked at once, at the first use; what others put there later is fetched again.
    Dictionary<string, string> Found()
    {
        lock (_lock)
        {
            if (_found is not null)
                return _found;
            _found = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var file in Directory.CreateDirectory(folder).EnumerateFiles())
            {
                if (IsTemporary(file))
                {
                    if (file.LastWriteTimeUtc < time.GetUtcNow().UtcDateTime - TemporaryAgeMax)
                        file.Delete();
                    continue;
                }
                _found[file.Name[..Math.Max(0, file.Name.IndexOf('-', StringComparison.Ordinal))]] = file.FullName;
                _bytes += file.Length;
            }
            return _found;
        }
    }

    void Shrink()
    {
        lock (_lock)
        {
            var inUse = time.GetUtcNow().UtcDateTime - UseMax;
            var files = new DirectoryInfo(folder).EnumerateFiles().Where(static file => !IsTemporary(file)).ToList();
            var bytes = files.Sum(static file => file.Length);
            foreach (var file in files.OrderBy(static file => file.LastWriteTimeUtc))
            {
                if (bytes <= bytesMax || file.LastWriteTimeUtc > inUse)
                    break;
                bytes -= file.Length;
                file.Delete();
            }
            Interlocked.Exchange(ref _bytes, bytes);
        }
    }

    static bool IsTemporary(FileInfo file) => file.Name.StartsWith(ObjectKey.TemporaryPrefix, StringComparison.Ordinal);

    static string NameOf(string id, long length, uint checksum) =>
        string.Create(CultureInfo.InvariantCulture, $"{id}-{length}-{checksum:x8}");

    // CRC-32C, eight bytes at a time.
    static async Task<uint> ChecksumAsync(FileStream file, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            var checksum = ~0u;
            int count;
            while ((count = await file.ReadAtLeastAsync(
                buffer.AsMemory(0, BufferBytes), BufferBytes, throwOnEndOfStream: false, ct)) > 0)
            {
                checksum = Checksum(checksum, buffer.AsSpan(0, count));
            }
            return ~checksum;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static uint Checksum(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
            checksum = BitOperations.Crc32C(checksum, word);
        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
            checksum = BitOperations.Crc32C(checksum, rest);
        return checksum;
    }
}
