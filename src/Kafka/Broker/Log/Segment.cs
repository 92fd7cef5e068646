using Microsoft.Win32.SafeHandles;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Log;

/// <summary>One file of a partition's log, named by its first offset, and its index. Written by the partition's one
/// writer; read by any thread, up to <see cref="Bytes"/>.</summary>
sealed class Segment : IDisposable
{
    /// <summary>Ends the names of log files.</summary>
    public const string LogSuffix = ".log";

    const string IndexSuffix = ".index";

    readonly SafeFileHandle _file;
    readonly string _indexPath;
    long _bytes;
    long _nextOffset;
    bool _sealed;

    Segment(string path, long baseOffset, SafeFileHandle file, SegmentIndex index)
    {
        (Path, BaseOffset, _file, Index) = (path, baseOffset, file, index);
        _indexPath = System.IO.Path.ChangeExtension(path, IndexSuffix);
        _nextOffset = baseOffset;
    }

    public string Path { get; }

    public long BaseOffset { get; }

    public SegmentIndex Index { get; }

    /// <summary>How much of the file holds whole batches.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>The offset after its last record.</summary>
    public long NextOffset => Volatile.Read(ref _nextOffset);

    /// <summary>When the first batch was written by this process; null before.</summary>
    public DateTimeOffset? FirstAppend { get; private set; }

    /// <summary>When it was closed; for a compacted segment, when its newest part was.</summary>
    public DateTimeOffset ClosedAt
    {
        get => File.GetLastWriteTimeUtc(_file);
        set => File.SetLastWriteTimeUtc(_file, value.UtcDateTime);
    }

    /// <summary>The file name of the segment that begins at <paramref name="baseOffset"/>.</summary>
    public static string PathOf(string folder, long baseOffset) =>
        System.IO.Path.Combine(folder, $"{baseOffset:D20}{LogSuffix}");

    /// <summary>Begins an empty segment.</summary>
    public static Segment Create(string folder, long baseOffset)
    {
        var path = PathOf(folder, baseOffset);
        var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        return new Segment(path, baseOffset, file, new SegmentIndex());
    }

    /// <summary>Opens a segment: by its index when it was sealed, else by reading it whole, checksums and all, and
    /// cutting off what follows the last sound batch.</summary>
    /// <param name="path">The log file.</param>
    /// <param name="cutBytes">How many bytes were cut off.</param>
    public static Segment Open(string path, out long cutBytes)
    {
        var baseOffset = long.Parse(System.IO.Path.GetFileNameWithoutExtension(path));
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        var length = RandomAccess.GetLength(file);
        cutBytes = 0;
        if (SegmentIndex.TryLoad(System.IO.Path.ChangeExtension(path, IndexSuffix), length) is var (index, nextOffset))
            return new Segment(path, baseOffset, file, index)
            {
                _bytes = length,
                _nextOffset = nextOffset,
                _sealed = true,
            };
        var segment = new Segment(path, baseOffset, file, new SegmentIndex());
        cutBytes = segment.Recover(length);
        return segment;
    }

    /// <summary>Appends a whole batch in one write. On a failed write nothing of it stays.</summary>
    public void Append(ReadOnlySpan<byte> batch, in RecordBatchHeader header, DateTimeOffset now)
    {
        Unseal();
        try
        {
            RandomAccess.Write(_file, batch, _bytes);
        }
        catch (IOException)
        {
            RandomAccess.SetLength(_file, _bytes);
            throw;
        }
        FirstAppend ??= now;
        Index.Add(header, (int)_bytes);
        Volatile.Write(ref _nextOffset, header.LastOffset + 1);
        Volatile.Write(ref _bytes, _bytes + batch.Length);
    }

    /// <summary>Reads up to <paramref name="target"/>'s length from <paramref name="position"/>.</summary>
    public int Read(long position, Span<byte> target)
    {
        var total = 0;
        while (total < target.Length)
        {
            var read = RandomAccess.Read(_file, target[total..], position + total);
            if (read == 0)
                break;
            total += read;
        }
        return total;
    }

    /// <summary>Walks its batches from a position on.</summary>
    public SegmentScanner Scan(long position = 0) => new(_file, position, Bytes);

    /// <summary>The batch that holds <paramref name="offset"/> or is the first after it; null when there is
    /// none.</summary>
    public (long Position, int TotalBytes)? Find(long offset)
    {
        Span<byte> head = stackalloc byte[RecordBatchHeader.Size];
        var end = Bytes;
        for (long position = Index.PositionBefore(offset); position < end;)
        {
            if (!RecordBatchHeader.TryRead(head[..Read(position, head)], out var header))
                return null;
            if (header.LastOffset >= offset)
                return (position, header.TotalBytes);
            position += header.TotalBytes;
        }
        return null;
    }

    /// <summary>Puts all written bytes on disk.</summary>
    public void Flush() => RandomAccess.FlushToDisk(_file);

    /// <summary>Flushes and writes the index, so that the next start need not scan.</summary>
    public void Seal()
    {
        if (_sealed)
            return;
        Flush();
        Index.Save(_indexPath, _bytes, _nextOffset);
        _sealed = true;
    }

    /// <summary>Removes its files; readers in the middle of it finish.</summary>
    public void Delete()
    {
        File.Delete(_indexPath);
        File.Delete(Path);
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    void Unseal()
    {
        if (!_sealed)
            return;
        File.Delete(_indexPath);
        _sealed = false;
    }

    long Recover(long length)
    {
        using var scanner = new SegmentScanner(_file, 0, length);
        try
        {
            while (scanner.MoveNext())
            {
                if (scanner.Header.BaseOffset < _nextOffset || !RecordBatchHeader.HasValidCrc(scanner.Batch))
                    break;
                Index.Add(scanner.Header, (int)scanner.Position);
                _nextOffset = scanner.Header.LastOffset + 1;
                _bytes = scanner.NextPosition;
            }
        }
        catch (MalformedMessageException)
        {
            // What follows the last sound batch is cut off just below, and told by the caller.
        }
        RandomAccess.SetLength(_file, _bytes);
        return length - _bytes;
    }
}
