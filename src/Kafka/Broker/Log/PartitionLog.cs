using System.Buffers;
using Microsoft.Extensions.Logging;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Log;

/// <summary>The log of one partition: segments in a folder, appended by one writer at a time, read by any number of
/// readers, who see nothing but whole batches below <see cref="EndOffset"/>.</summary>
/// <remarks>A batch is acknowledged after its write(2) has returned: it survives the end of the process at once, and
/// the loss of power after the next flush (<see cref="FlushPolicy"/>).</remarks>
sealed class PartitionLog : IDisposable
{
    /// <summary>This broker is the only leader there ever was.</summary>
    public const int LeaderEpoch = 0;

    readonly Lock _maintaining = new(); // Taken before the other: one flush, retention or compaction at a time.
    readonly Lock _writing = new();
    readonly ILogger _logger;
    readonly AppendSignals _appended = new();
    ProducerStates _producers;
    PartitionCheckpoint _checkpoint;
    Segment[] _segments; // Replaced as a whole under the writer lock; readers take it as it is.
    long _endOffset;
    bool _isDirty;
    bool _isDeleted;

    public PartitionLog(string folder, TopicSettings settings, LogOpening opening, ILogger logger)
    {
        (Folder, Settings, _logger) = (folder, settings, logger);
        _segments = opening.Segments;
        _producers = opening.Producers;
        _checkpoint = opening.Checkpoint;
        _endOffset = Math.Max(opening.Segments[^1].NextOffset, opening.Checkpoint.LogStart);
        if (_endOffset > opening.Segments[^1].NextOffset)
            Roll();
    }

    /// <summary>The folder that holds its files.</summary>
    public string Folder { get; }

    /// <summary>How it is kept; changed while it runs by whoever changes the topic.</summary>
    public TopicSettings Settings { get; set; }

    /// <summary>The first offset that can be read.</summary>
    public long StartOffset => Math.Max(Volatile.Read(ref _checkpoint).LogStart, Segments[0].BaseOffset);

    /// <summary>The offset that the next record gets: the high watermark too, for there is one replica.</summary>
    public long EndOffset => Volatile.Read(ref _endOffset);

    /// <summary>Below it, compaction has run.</summary>
    public long CleanedUpTo => Volatile.Read(ref _checkpoint).CleanedUpTo;

    /// <summary>All segments in order; the last is the one that is written.</summary>
    public Segment[] Segments => Volatile.Read(ref _segments);

    /// <summary>Pulses whoever waits for records.</summary>
    public AppendSignals Appended => _appended;

    /// <summary>Appends one batch, in place in <paramref name="batch"/>: offsets, leader epoch and, if the topic says
    /// so, the time are written into it. A refusal is an answer; nothing was written then.</summary>
    public AppendOutcome Append(Span<byte> batch, DateTimeOffset now, bool flush = false)
    {
        var outcome = BatchCheck.Run(batch, Settings, out var header);
        if (outcome != KafkaError.None)
            return AppendOutcome.Refused(outcome);
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDeleted, this);
            var verdict = _producers.Check(header);
            if (verdict.Error != KafkaError.None)
                return AppendOutcome.Refused(verdict.Error);
            if (verdict.IsRepeat)
                return new AppendOutcome(KafkaError.None, verdict.RepeatOffset, -1, StartOffset);
            try
            {
                return Write(batch, header, now, flush);
            }
            catch (IOException failure)
            {
                _logger.AppendFailed(Folder, failure.Message);
                return AppendOutcome.Refused(KafkaError.KafkaStorageError);
            }
            catch (ObjectDisposedException)
            {
                return AppendOutcome.Refused(KafkaError.UnknownTopicOrPartition); // Deleted a moment ago.
            }
        }
    }

    /// <summary>Appends batches from <paramref name="offset"/> on to <paramref name="output"/>: at most
    /// <paramref name="bytesMax"/>, but, if asked, never less than one whole batch. The last may be cut short, as
    /// Kafka's may. Says how many bytes.</summary>
    public int Read(long offset, int bytesMax, bool atLeastOne, IBufferWriter<byte> output)
    {
        for (var i = FloorIndex(Segments, offset); i < Segments.Length; i++)
        {
            var segment = Segments[i];
            if (segment.Find(offset) is not var (position, firstBytes))
                continue;
            if (firstBytes > bytesMax && !atLeastOne)
                return 0;
            var count = (int)Math.Min(Math.Max(bytesMax, firstBytes), segment.Bytes - position);
            var read = segment.Read(position, output.GetSpan(count)[..count]);
            output.Advance(read);
            return read;
        }
        return 0;
    }

    /// <summary>About how many bytes there are to read from <paramref name="offset"/> on.</summary>
    public long BytesFrom(long offset)
    {
        var segments = Segments;
        var first = FloorIndex(segments, offset);
        var total = -(long)segments[first].Index.PositionBefore(offset);
        foreach (var segment in segments.AsSpan(first))
            total += segment.Bytes;
        return offset >= EndOffset ? 0 : Math.Max(total, 1);
    }

    /// <summary>Moves the start: what lies before can no longer be read, and is deleted by and by.</summary>
    public void DeleteBefore(long offset)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDeleted, this);
            if (offset <= StartOffset)
                return;
            Save(_checkpoint with { LogStart = offset });
        }
    }

    /// <summary>Closes the segment that is written, if it holds anything, and begins the next.</summary>
    public void RollIf(Func<Segment, bool> isDue, DateTimeOffset now)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDeleted, this);
            var active = Segments[^1];
            if (active.Bytes == 0 || !isDue(active))
                return;
            active.ClosedAt = now;
            Roll();
        }
    }

    /// <summary>Deletes the oldest closed segments, as many as <paramref name="count"/> says of them.</summary>
    public void DeleteOldest(Func<ReadOnlySpan<Segment>, int> count)
    {
        lock (_maintaining)
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDeleted, this);
            var gone = count(Segments.AsSpan(..^1));
            if (gone == 0)
                return;
            var old = Segments;
            Save(_checkpoint with { LogStart = Math.Max(_checkpoint.LogStart, old[gone].BaseOffset) });
            Volatile.Write(ref _segments, old[gone..]);
            foreach (var segment in old.AsSpan(..gone))
                segment.Delete();
        }
    }

    /// <summary>Puts a compacted segment in the place of consecutive closed ones. Its file takes the name of the first;
    /// then the others go, oldest first, so that a crash leaves nothing older than what compaction removed.</summary>
    public void Replace(ReadOnlySpan<Segment> old, string compactedPath, DateTimeOffset closedAt)
    {
        lock (_maintaining)
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDeleted, this);
            var at = Array.IndexOf(_segments, old[0]);
            File.Delete(Path.ChangeExtension(old[0].Path, ".index"));
            AtomicFile.Rename(compactedPath, old[0].Path);
            var compacted = Segment.Open(old[0].Path, out _);
            compacted.ClosedAt = closedAt;
            compacted.Seal();
            Volatile.Write(ref _segments, [.. _segments[..at], compacted, .. _segments[(at + old.Length)..]]);
            old[0].Dispose();
            foreach (var segment in old[1..])
                segment.Delete();
        }
    }

    /// <summary>Notes how far compaction has come.</summary>
    public void NoteCleaned(long upTo)
    {
        lock (_writing)
        {
            ObjectDisposedException.ThrowIf(_isDeleted, this);
            Save(_checkpoint with { CleanedUpTo = upTo });
        }
    }

    /// <summary>Forgets producers that have long been silent.</summary>
    public void ExpireProducers(DateTimeOffset before)
    {
        lock (_writing)
            _producers.ExpireBefore(before.ToUnixTimeMilliseconds());
    }

    /// <summary>Puts everything on disk that is not yet, and seals what is closed.</summary>
    public void Flush()
    {
        lock (_maintaining)
        {
            Segment[] segments;
            lock (_writing)
            {
                ObjectDisposedException.ThrowIf(_isDeleted, this);
                if (!_isDirty)
                    return;
                segments = Segments;
                _isDirty = false;
            }
            foreach (var closed in segments.AsSpan(..^1))
                closed.Seal();
            segments[^1].Flush();
        }
    }

    /// <summary>Flushes, seals all segments and remembers the producers: the next start reads no log.</summary>
    public void CloseCleanly()
    {
        lock (_maintaining)
        lock (_writing)
        {
            foreach (var segment in Segments)
                segment.Seal();
            ProducerSnapshots.Save(Folder, EndOffset, _producers);
        }
    }

    /// <summary>Gives the folder up under another name, then deletes it. Who is still at this log, maintenance for one,
    /// is thrown out by <see cref="ObjectDisposedException"/> before it touches what a new topic puts in its place.
    /// </summary>
    public void Delete(string deletedSuffix)
    {
        lock (_maintaining)
        lock (_writing)
        {
            _isDeleted = true;
            Dispose();
            Directory.Move(Folder, Folder + deletedSuffix);
        }
        _appended.Pulse();
        Directory.Delete(Folder + deletedSuffix, recursive: true);
    }

    /// <summary>Closes the files as they are.</summary>
    public void Dispose()
    {
        foreach (var segment in Segments)
            segment.Dispose();
    }

    /// <summary>The index of the segment that would hold <paramref name="offset"/>.</summary>
    public static int FloorIndex(ReadOnlySpan<Segment> segments, long offset)
    {
        var (low, high) = (1, segments.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (segments[middle].BaseOffset <= offset)
                low = middle + 1;
            else
                high = middle;
        }
        return low - 1;
    }

    AppendOutcome Write(Span<byte> batch, RecordBatchHeader header, DateTimeOffset now, bool flush)
    {
        var active = Segments[^1];
        if (active.Bytes > 0 && (active.Bytes + batch.Length > Settings.SegmentBytes
            || now - active.FirstAppend >= Settings.SegmentAge))
        {
            active.ClosedAt = now;
            active = Roll();
        }
        var appendTime = -1L;
        if (Settings.UsesAppendTime)
        {
            appendTime = now.ToUnixTimeMilliseconds();
            RecordBatchHeader.StampAppendTime(batch, appendTime);
            header = header with { MaxTimestampMs = appendTime };
        }
        header = header with { BaseOffset = _endOffset };
        RecordBatchHeader.Place(batch, _endOffset, LeaderEpoch);
        active.Append(batch, header, now);
        _isDirty = true;
        _producers.Note(header, now.ToUnixTimeMilliseconds());
        Volatile.Write(ref _endOffset, header.LastOffset + 1);
        if (flush)
            active.Flush();
        _appended.Pulse();
        return new AppendOutcome(KafkaError.None, header.BaseOffset, appendTime, StartOffset);
    }

    Segment Roll()
    {
        var next = Segment.Create(Folder, _endOffset);
        Volatile.Write(ref _segments, [.. _segments, next]);
        _isDirty = true; // The closed one waits for its seal.
        ProducerSnapshots.Save(Folder, _endOffset, _producers);
        return next;
    }

    void Save(PartitionCheckpoint checkpoint)
    {
        checkpoint.Save(Folder);
        Volatile.Write(ref _checkpoint, checkpoint);
    }
}

/// <summary>What became of an append: the offset of the batch's first record, or why it was refused.</summary>
/// <param name="Error">None when it is in the log, or was already.</param>
/// <param name="BaseOffset">-1 when refused.</param>
/// <param name="AppendTimeMs">The time written into it; -1 when it keeps its own.</param>
/// <param name="StartOffset">Where the log starts.</param>
readonly record struct AppendOutcome(KafkaError Error, long BaseOffset, long AppendTimeMs, long StartOffset)
{
    public static AppendOutcome Refused(KafkaError error) => new(error, -1, -1, -1);
}
