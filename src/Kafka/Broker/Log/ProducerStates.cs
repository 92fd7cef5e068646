using System.Buffers;
using System.Buffers.Binary;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Log;

/// <summary>What idempotent producers last wrote to one partition: enough to answer a repeated batch with the offset
/// that it got, and to refuse a gap. Guarded by the partition's writer lock.</summary>
sealed class ProducerStates(int producersMax)
{
    const uint FileMagic = 0x5450_5344; // "TPSD"
    const int ProducerBytesMin = 14;
    const int BatchBytes = 24;

    readonly Dictionary<long, ProducerState> _producers = [];

    /// <summary>How many producers it remembers.</summary>
    public int Count => _producers.Count;

    /// <summary>Judges a batch before it is written.</summary>
    public SequenceVerdict Check(in RecordBatchHeader batch)
    {
        if (batch.ProducerId < 0 || !_producers.TryGetValue(batch.ProducerId, out var producer))
            return SequenceVerdict.Next; // As Kafka does since KIP-360: without memory any sequence is the first.
        if (batch.ProducerEpoch < producer.Epoch)
            return SequenceVerdict.Fenced;
        if (batch.ProducerEpoch > producer.Epoch)
            return batch.BaseSequence == 0 ? SequenceVerdict.Next : SequenceVerdict.OutOfOrder;
        return producer.Judge(batch);
    }

    /// <summary>Notes a batch that was written; the time is the broker's, for <see cref="ExpireBefore"/>.</summary>
    public void Note(in RecordBatchHeader batch, long nowMs)
    {
        if (batch.ProducerId < 0)
            return;
        if (!_producers.TryGetValue(batch.ProducerId, out var producer) || producer.Epoch != batch.ProducerEpoch)
        {
            if (producer is null && _producers.Count >= producersMax)
                _producers.Remove(_producers.MinBy(pair => pair.Value.LastWrittenAtMs).Key);
            _producers[batch.ProducerId] = producer = new ProducerState(batch.ProducerEpoch);
        }
        producer.Note(batch, nowMs);
    }

    /// <summary>Forgets the producers that wrote nothing since <paramref name="timestampMs"/>.</summary>
    public void ExpireBefore(long timestampMs)
    {
        foreach (var (id, producer) in _producers)
            if (producer.LastWrittenAtMs < timestampMs)
                _producers.Remove(id);
    }

    /// <summary>Writes everything to a file.</summary>
    public void Save(string path)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(output);
        writer.WriteUInt32(FileMagic);
        writer.WriteCount(_producers.Count);
        foreach (var (id, producer) in _producers)
        {
            writer.WriteInt64(id);
            producer.Write(writer);
        }
        writer.WriteUInt32(Crc32C.Compute(output.WrittenSpan));
        AtomicFile.Write(path, output.WrittenSpan);
    }

    /// <summary>Reads what <see cref="Save"/> wrote; false when the file is damaged.</summary>
    public bool TryLoad(string path)
    {
        var file = File.ReadAllBytes(path);
        if (file.Length < sizeof(uint)
            || Crc32C.Compute(file.AsSpan(..^sizeof(uint))) != BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(^4..)))
            return false;
        var reader = new WireReader(file);
        if (reader.ReadUInt32() != FileMagic)
            return false;
        for (var left = reader.ReadCount(ProducerBytesMin); left > 0; left--)
        {
            var id = reader.ReadInt64();
            var producer = new ProducerState(reader.ReadInt16());
            for (var batches = reader.ReadCount(BatchBytes); batches > 0; batches--)
                producer.Note(new WrittenBatch(reader.ReadInt32(), reader.ReadInt32(), reader.ReadInt64(),
                    reader.ReadInt64()));
            _producers[id] = producer;
        }
        return true;
    }
}

/// <summary>How a producer's batch stands to the ones before it.</summary>
readonly record struct SequenceVerdict(KafkaError Error, bool IsRepeat, long RepeatOffset)
{
    public static readonly SequenceVerdict Next = new(KafkaError.None, false, -1);
    public static readonly SequenceVerdict OutOfOrder = new(KafkaError.OutOfOrderSequenceNumber, false, -1);
    public static readonly SequenceVerdict Fenced = new(KafkaError.InvalidProducerEpoch, false, -1);

    public static SequenceVerdict Repeat(long offset) => new(KafkaError.None, true, offset);
}

/// <summary>A batch as its producer's memory holds it.</summary>
readonly record struct WrittenBatch(int FirstSequence, int LastSequence, long BaseOffset, long WrittenAtMs);

/// <summary>One producer's epoch and its last five batches, the most that it may have in flight.</summary>
sealed class ProducerState(short epoch)
{
    const int BatchesKept = 5;

    readonly Queue<WrittenBatch> _batches = new(BatchesKept);
    WrittenBatch _last;

    public short Epoch { get; } = epoch;

    public long LastWrittenAtMs => _last.WrittenAtMs;

    public SequenceVerdict Judge(in RecordBatchHeader batch)
    {
        var lastSequence = Advance(batch.BaseSequence, batch.LastOffsetDelta);
        foreach (var written in _batches)
            if (written.FirstSequence == batch.BaseSequence && written.LastSequence == lastSequence)
                return SequenceVerdict.Repeat(written.BaseOffset);
        return batch.BaseSequence == Advance(_last.LastSequence, 1) ? SequenceVerdict.Next : SequenceVerdict.OutOfOrder;
    }

    public void Note(in RecordBatchHeader batch, long nowMs) => Note(new WrittenBatch(batch.BaseSequence,
        Advance(batch.BaseSequence, batch.LastOffsetDelta), batch.BaseOffset, nowMs));

    public void Note(WrittenBatch batch)
    {
        if (_batches.Count == BatchesKept)
            _batches.Dequeue();
        _batches.Enqueue(batch);
        _last = batch;
    }

    public void Write(WireWriter writer)
    {
        writer.WriteInt16(Epoch);
        writer.WriteCount(_batches.Count);
        foreach (var batch in _batches)
        {
            writer.WriteInt32(batch.FirstSequence);
            writer.WriteInt32(batch.LastSequence);
            writer.WriteInt64(batch.BaseOffset);
            writer.WriteInt64(batch.WrittenAtMs);
        }
    }

    // Sequences wrap from the largest int to zero.
    static int Advance(int sequence, int by) => (int)(((long)sequence + by) % (1L << 31));
}
