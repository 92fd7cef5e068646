using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Confluent.Kafka;
using Tapline.Contracts.Log;
using Tapline.Kafka.Client.Records;
using TopicPartition = Tapline.Contracts.Log.TopicPartition;

namespace Tapline.Kafka.Client;

/// <summary>Puts the consumed records of one partition into a chunk, with headers in the layout that Kafka's own
/// records have.</summary>
sealed class ChunkBuilder(TopicPartition partition, long offset)
{
    const int VarintBytesMax = 5;
    const int KeepBytesMax = 16 << 20;

    readonly RecordBuffer _bytes = new();
    readonly ArrayBufferWriter<RecordSlot> _slots = new();

    /// <summary>The offset that is read next.</summary>
    public long NextOffset { get; private set; } = offset;

    public void Clear()
    {
        _bytes.Clear(KeepBytesMax);
        _slots.ResetWrittenCount();
    }

    /// <summary>Adds a record, unless it lies before the position, and says how many bytes it took.</summary>
    public int Add(ConsumeResult<byte[]?, byte[]?> result)
    {
        if (result.Offset.Value < NextOffset)
            return 0;
        var start = _bytes.Count;
        var message = result.Message;
        var keyLength = Add(message.Key);
        var valueStart = _bytes.Count;
        var valueLength = Add(message.Value);
        var headersStart = _bytes.Count;
        var headers = message.Headers;
        for (var i = 0; i < headers.Count; i++)
            AddHeader(headers[i]);
        _slots.GetSpan(1)[0] = new RecordSlot
        {
            Offset = result.Offset.Value,
            TimestampMs = message.Timestamp.UnixTimestampMs,
            KeyStart = start,
            KeyLength = keyLength,
            ValueStart = valueStart,
            ValueLength = valueLength,
            HeadersStart = headersStart,
            HeadersLength = _bytes.Count - headersStart,
            HeaderCount = headers.Count,
        };
        _slots.Advance(1);
        NextOffset = result.Offset.Value + 1;
        return Math.Max(1, _bytes.Count - start);
    }

    /// <summary>The chunk of what was added since the last clear; false when that is nothing.</summary>
    public bool TryBuild([NotNullWhen(true)] out RecordChunk? chunk)
    {
        chunk = _slots.WrittenCount == 0
            ? null
            : new RecordChunk(partition, _bytes.Written, _slots.WrittenMemory, NextOffset);
        return chunk is not null;
    }

    int Add(byte[]? part)
    {
        _bytes.Write(part ?? []);
        return part?.Length ?? -1;
    }

    void AddHeader(IHeader header)
    {
        var value = header.GetValueBytes();
        AddVarint(Encoding.UTF8.GetByteCount(header.Key));
        Encoding.UTF8.GetBytes(header.Key, _bytes);
        AddVarint(value?.Length ?? -1);
        Add(value);
    }

    void AddVarint(int value)
    {
        var target = _bytes.GetSpan(VarintBytesMax);
        var rest = unchecked((uint)(value << 1 ^ value >> 31));
        var count = 0;
        for (; rest >= 0x80; rest >>= 7)
            target[count++] = (byte)(rest & 0x7F | 0x80);
        target[count++] = (byte)rest;
        _bytes.Advance(count);
    }
}
