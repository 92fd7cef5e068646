using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Log;

/// <summary>Keeps the last record of each key in a partition's closed segments. Offsets stay; batches that cannot be
/// unpacked here, be it for their codec or for what a producer put inside, and records without a key, are kept as they
/// are.</summary>
/// <remarks>A tombstone is kept until <c>delete.retention.ms</c> after its segment was closed, and through one whole
/// compaction: by then the records that it deletes are gone from the file, so it cannot uncover one.</remarks>
sealed class Compaction(IRecordCodecs codecs, int keysMax, int batchBytesMax)
{
    readonly ArrayBufferWriter<byte> _plain = new();
    readonly ArrayBufferWriter<byte> _rebuilt = new();

    /// <summary>Compacts if enough is new since the last time; says whether it did.</summary>
    public bool Apply(PartitionLog log, DateTimeOffset now, CancellationToken ct)
    {
        var closed = log.Segments[..^1];
        var firstDirty = Array.FindIndex(closed, segment => segment.NextOffset > log.CleanedUpTo);
        if (!log.Settings.Compacts || firstDirty < 0 || !IsDirtyEnough(closed, firstDirty, log.Settings))
            return false;
        var lastOffsets = new Dictionary<KeyHash, long>();
        var end = firstDirty;
        while (end < closed.Length && lastOffsets.Count < keysMax
            && now - closed[end].ClosedAt >= log.Settings.CompactionLag)
            CollectKeys(closed[end++], lastOffsets, ct);
        if (end == firstDirty)
            return false;
        var cleanedUpTo = log.CleanedUpTo;
        for (var from = 0; from < end;)
        {
            var group = TakeGroup(closed.AsSpan(from..end), log.Settings.SegmentBytes);
            Rewrite(log, closed[from..(from + group)], lastOffsets, cleanedUpTo, now, ct);
            from += group;
        }
        log.NoteCleaned(closed[end - 1].NextOffset);
        return true;
    }

    static bool IsDirtyEnough(ReadOnlySpan<Segment> closed, int firstDirty, TopicSettings settings)
    {
        var (clean, dirty) = (0L, 0L);
        for (var i = 0; i < closed.Length; i++)
        {
            if (i < firstDirty)
                clean += closed[i].Bytes;
            else
                dirty += closed[i].Bytes;
        }
        return dirty > 0 && (double)dirty / (clean + dirty) >= settings.DirtyRatioMin;
    }

    void CollectKeys(Segment segment, Dictionary<KeyHash, long> lastOffsets, CancellationToken ct)
    {
        using var scanner = segment.Scan();
        while (scanner.MoveNext())
        {
            ct.ThrowIfCancellationRequested();
            if (!TryUnpack(scanner, out var plain))
                continue;
            var records = new RecordReader(plain, scanner.Header.RecordCount);
            while (records.MoveNext())
                if (records.Current.HasKey)
                    lastOffsets[KeyHash.Of(records.Current.Key)] =
                        scanner.Header.BaseOffset + records.Current.OffsetDelta;
        }
    }

    // The broker took the batch without looking inside: only here does it turn out whether it holds what its head says.
    bool TryUnpack(SegmentScanner scanner, out ReadOnlySpan<byte> plain)
    {
        plain = default;
        if (!codecs.Supports(scanner.Header.Codec))
            return false;
        try
        {
            plain = codecs.Unpack(scanner.Header.Codec, scanner.Batch, _plain, batchBytesMax);
            var records = new RecordReader(plain, scanner.Header.RecordCount);
            while (records.MoveNext())
                if (records.Current.OffsetDelta < 0 || records.Current.OffsetDelta > scanner.Header.LastOffsetDelta)
                    return false;
            return true;
        }
        catch (MalformedMessageException)
        {
            return false;
        }
    }

    static int TakeGroup(ReadOnlySpan<Segment> segments, int bytesMax)
    {
        var bytes = segments[0].Bytes;
        var count = 1;
        for (; count < segments.Length && bytes + segments[count].Bytes <= bytesMax; count++)
            bytes += segments[count].Bytes;
        return count;
    }

    void Rewrite(PartitionLog log, Segment[] group, Dictionary<KeyHash, long> lastOffsets, long cleanedUpTo,
        DateTimeOffset now, CancellationToken ct)
    {
        var path = group[0].Path + LogRecovery.CompactedSuffix;
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            var written = 0L;
            foreach (var segment in group)
            {
                var dropsTombstones = segment.NextOffset <= cleanedUpTo
                    && segment.ClosedAt + log.Settings.TombstoneAge <= now;
                using var scanner = segment.Scan();
                while (scanner.MoveNext())
                {
                    ct.ThrowIfCancellationRequested();
                    written += Write(file, written, Keep(scanner, lastOffsets, dropsTombstones));
                }
            }
            RandomAccess.FlushToDisk(file);
        }
        log.Replace(group, path, group.Max(segment => segment.ClosedAt));
    }

    static int Write(SafeFileHandle file, long position, ReadOnlySpan<byte> batch)
    {
        RandomAccess.Write(file, batch, position);
        return batch.Length;
    }

    /// <summary>What stays of a batch: all of it as it is, a smaller plain one, or nothing.</summary>
    ReadOnlySpan<byte> Keep(SegmentScanner scanner, Dictionary<KeyHash, long> lastOffsets, bool dropsTombstones)
    {
        var header = scanner.Header;
        if (!TryUnpack(scanner, out var plain))
            return scanner.Batch;
        _rebuilt.ResetWrittenCount();
        _rebuilt.GetSpan(RecordBatchHeader.Size)[..RecordBatchHeader.Size].Clear();
        _rebuilt.Advance(RecordBatchHeader.Size);
        var kept = 0;
        var records = new RecordReader(plain, header.RecordCount);
        while (records.MoveNext())
        {
            var record = records.Current;
            var isLast = !record.HasKey || !lastOffsets.TryGetValue(KeyHash.Of(record.Key), out var last)
                || last <= header.BaseOffset + record.OffsetDelta;
            if (!isLast || record.IsTombstone && record.HasKey && dropsTombstones)
                continue;
            Varint.Write(_rebuilt, record.Body.Length);
            _rebuilt.Write(record.Body);
            kept++;
        }
        if (kept == header.RecordCount)
            return scanner.Batch;
        if (kept == 0)
            return default;
        var batch = _rebuilt.WrittenSpan.ToArray();
        (header with
        {
            TotalBytes = batch.Length,
            RecordCount = kept,
            Attributes = (short)(header.Attributes & ~(int)RecordBatchHeader.CodecMask),
        }).Write(batch, PartitionLog.LeaderEpoch);
        return batch;
    }

    /// <summary>A key by 128 bits of its SHA-256: two keys that share them are not to be found.</summary>
    readonly record struct KeyHash(UInt128 Bits)
    {
        public static KeyHash Of(ReadOnlySpan<byte> key)
        {
            Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(key, hash);
            return new KeyHash(System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(hash));
        }
    }
}
