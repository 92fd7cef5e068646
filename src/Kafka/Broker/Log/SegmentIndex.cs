using System.Buffers;
using System.Buffers.Binary;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Log;

/// <summary>Finds the place of an offset or a time in one segment: an entry for every few kilobytes of log, so that a
/// look-up reads a handful of batch heads. Kept in memory; its file exists only while the segment is sealed, that is
/// flushed and closed, and so says that the segment needs no scan at start.</summary>
/// <remarks>
/// <code>
/// file  := magic: uint32, logBytes: int64, nextOffset: int64, maxTimestampMs: int64, count: int32, entry*, crc: uint32
/// entry := offset: int64, position: int32, timestampBeforeMs: int64
/// </code>
/// </remarks>
sealed class SegmentIndex
{
    /// <summary>An entry stands for at least this much log.</summary>
    public const int IntervalBytes = 4096;

    const uint FileMagic = 0x5449_4458; // "TIDX"
    const int EntryBytes = 20;

    readonly Lock _growing = new();
    IndexEntry[] _entries = new IndexEntry[16];
    int _count;
    long _nextEntryAt;

    /// <summary>The largest timestamp in the segment; -1 while it is empty.</summary>
    public long MaxTimestampMs { get; private set; } = -1;

    /// <summary>Notes that a batch was written at <paramref name="position"/>.</summary>
    public void Add(in RecordBatchHeader batch, int position)
    {
        lock (_growing)
        {
            if (position >= _nextEntryAt)
            {
                if (_count == _entries.Length)
                    Array.Resize(ref _entries, _count * 2);
                _entries[_count++] = new IndexEntry(batch.BaseOffset, position, MaxTimestampMs);
                _nextEntryAt = (long)position + IntervalBytes;
            }
            MaxTimestampMs = Math.Max(MaxTimestampMs, batch.MaxTimestampMs);
        }
    }

    /// <summary>A position at or before the batch that holds <paramref name="offset"/>.</summary>
    public int PositionBefore(long offset) => LastPosition(entry => entry.Offset <= offset);

    /// <summary>A position with no timestamp of <paramref name="timestampMs"/> or later before it.</summary>
    public int PositionBeforeTime(long timestampMs) => LastPosition(entry => entry.TimestampBeforeMs < timestampMs);

    /// <summary>Writes the file that seals a segment of <paramref name="logBytes"/>.</summary>
    public void Save(string path, long logBytes, long nextOffset)
    {
        var output = new ArrayBufferWriter<byte>(40 + _count * EntryBytes);
        var writer = new WireWriter(output);
        writer.WriteUInt32(FileMagic);
        writer.WriteInt64(logBytes);
        writer.WriteInt64(nextOffset);
        lock (_growing)
        {
            writer.WriteInt64(MaxTimestampMs);
            writer.WriteInt32(_count);
            foreach (var entry in _entries.AsSpan(0, _count))
            {
                writer.WriteInt64(entry.Offset);
                writer.WriteInt32(entry.Position);
                writer.WriteInt64(entry.TimestampBeforeMs);
            }
        }
        writer.WriteUInt32(Crc32C.Compute(output.WrittenSpan));
        AtomicFile.Write(path, output.WrittenSpan);
    }

    /// <summary>Reads a sealing file; null when it is absent, damaged, or not about a log of these bytes.</summary>
    public static (SegmentIndex Index, long NextOffset)? TryLoad(string path, long logBytes)
    {
        if (!File.Exists(path))
            return null;
        var file = File.ReadAllBytes(path);
        if (file.Length < sizeof(uint)
            || Crc32C.Compute(file.AsSpan(..^sizeof(uint))) != BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(^4..)))
            return null;
        var reader = new WireReader(file);
        if (reader.ReadUInt32() != FileMagic || reader.ReadInt64() != logBytes)
            return null;
        var nextOffset = reader.ReadInt64();
        var index = new SegmentIndex { MaxTimestampMs = reader.ReadInt64() };
        index._count = reader.ReadCount(EntryBytes);
        index._entries = new IndexEntry[Math.Max(16, index._count)];
        for (var i = 0; i < index._count; i++)
            index._entries[i] = new IndexEntry(reader.ReadInt64(), reader.ReadInt32(), reader.ReadInt64());
        index._nextEntryAt = logBytes;
        return (index, nextOffset);
    }

    int LastPosition(Func<IndexEntry, bool> isBefore)
    {
        lock (_growing)
        {
            var (low, high) = (0, _count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (isBefore(_entries[middle]))
                    low = middle + 1;
                else
                    high = middle;
            }
            return low == 0 ? 0 : _entries[low - 1].Position;
        }
    }

    readonly record struct IndexEntry(long Offset, int Position, long TimestampBeforeMs);
}
