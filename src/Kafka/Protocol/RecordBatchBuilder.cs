using System.Buffers;

namespace Tapline.Kafka.Protocol;

/// <summary>Builds one uncompressed record batch at a time; used again after <see cref="Build"/>.</summary>
sealed class RecordBatchBuilder
{
    readonly ArrayBufferWriter<byte> _batch = new(256);
    int _count;
    int _lastOffsetDelta;
    long _baseTimestampMs;
    long _maxTimestampMs;

    public RecordBatchBuilder() => Reset();

    /// <summary>How many records it holds.</summary>
    public int Count => _count;

    /// <summary>Adds a record without headers.</summary>
    public void Add(ReadOnlyMemory<byte>? key, ReadOnlyMemory<byte>? value, long timestampMs)
    {
        if (_count == 0)
            (_baseTimestampMs, _maxTimestampMs) = (timestampMs, timestampMs);
        _maxTimestampMs = Math.Max(_maxTimestampMs, timestampMs);
        var timestampDelta = timestampMs - _baseTimestampMs;
        var keyLength = key?.Length ?? -1;
        var valueLength = value?.Length ?? -1;
        Varint.Write(_batch, 2 + Varint.Size(timestampDelta) + Varint.Size(_count) + Varint.Size(keyLength)
            + Varint.Size(valueLength) + Math.Max(keyLength, 0) + Math.Max(valueLength, 0));
        var writer = new WireWriter(_batch);
        writer.WriteInt8(0);
        writer.WriteVarint(timestampDelta);
        writer.WriteVarint(_count);
        writer.WriteVarint(keyLength);
        if (key is { } keyBytes)
            writer.WriteRaw(keyBytes.Span);
        writer.WriteVarint(valueLength);
        if (value is { } valueBytes)
            writer.WriteRaw(valueBytes.Span);
        writer.WriteVarint(0);
        _lastOffsetDelta = _count++;
    }

    /// <summary>The finished batch; the builder is empty afterwards.</summary>
    public byte[] Build(long producerId = -1, short producerEpoch = -1, int baseSequence = -1, long baseOffset = 0)
    {
        var batch = _batch.WrittenSpan.ToArray();
        new RecordBatchHeader
        {
            BaseOffset = baseOffset,
            TotalBytes = batch.Length,
            Attributes = 0,
            LastOffsetDelta = _lastOffsetDelta,
            BaseTimestampMs = _baseTimestampMs,
            MaxTimestampMs = _maxTimestampMs,
            ProducerId = producerId,
            ProducerEpoch = producerEpoch,
            BaseSequence = baseSequence,
            RecordCount = _count,
        }.Write(batch);
        Reset();
        return batch;
    }

    void Reset()
    {
        _batch.ResetWrittenCount();
        _batch.GetSpan(RecordBatchHeader.Size)[..RecordBatchHeader.Size].Clear();
        _batch.Advance(RecordBatchHeader.Size);
        (_count, _lastOffsetDelta) = (0, 0);
    }
}
