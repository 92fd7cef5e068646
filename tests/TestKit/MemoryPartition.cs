using System.Text;
using Tapline.Contracts.Log;

namespace Tapline.TestKit;

/// <summary>The records of one partition, each as its key, value and headers in one piece. Not thread-safe.</summary>
sealed class MemoryPartition(TopicPartition id)
{
    readonly List<(byte[] Bytes, RecordSlot Slot)> _records = [];
    long _start;

    public OffsetRange Offsets => new(_start, _start + _records.Count);

    public void Append(in EventRecord record, long timestampMs)
    {
        var bytes = new List<byte>();
        var keyLength = Add(bytes, record.Key);
        var valueStart = bytes.Count;
        var valueLength = Add(bytes, record.Value);
        var headersStart = bytes.Count;
        foreach (var header in record.Headers ?? [])
        {
            var name = Encoding.UTF8.GetBytes(header.Name);
            AddVarint(bytes, name.Length);
            bytes.AddRange(name);
            AddVarint(bytes, header.Value.Length);
            bytes.AddRange(header.Value.Span);
        }
        _records.Add(([.. bytes], new RecordSlot
        {
            Offset = Offsets.End,
            TimestampMs = timestampMs,
            KeyStart = 0,
            KeyLength = keyLength,
            ValueStart = valueStart,
            ValueLength = valueLength,
            HeadersStart = headersStart,
            HeadersLength = bytes.Count - headersStart,
            HeaderCount = record.Headers?.Count ?? 0,
        }));
    }

    public void Trim(long start)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start, Offsets.End);
        if (start <= _start)
            return;
        _records.RemoveRange(0, (int)(start - _start));
        _start = start;
    }

    /// <summary>Records from an offset on, at least one if there is one; null at the end.</summary>
    public RecordChunk? Read(long offset, int bytesMax)
    {
        if (offset < _start || offset > Offsets.End)
            throw new OffsetLostException(id, offset, Offsets);
        if (offset == Offsets.End)
            return null;
        var bytes = new List<byte>();
        var slots = new List<RecordSlot>();
        for (var i = (int)(offset - _start); i < _records.Count; i++)
        {
            var (content, slot) = _records[i];
            if (slots.Count > 0 && bytes.Count + content.Length > bytesMax)
                break;
            var at = bytes.Count;
            slots.Add(slot with
            {
                KeyStart = at,
                ValueStart = at + slot.ValueStart,
                HeadersStart = at + slot.HeadersStart,
            });
            bytes.AddRange(content);
        }
        return new RecordChunk(id, bytes.ToArray(), slots.ToArray(), offset + slots.Count);
    }

    static int Add(List<byte> bytes, ReadOnlyMemory<byte>? part)
    {
        if (part is not { } content)
            return -1;
        bytes.AddRange(content.Span);
        return content.Length;
    }

    static void AddVarint(List<byte> bytes, int value)
    {
        var rest = unchecked((uint)(value << 1 ^ value >> 31));
        for (; rest >= 0x80; rest >>= 7)
            bytes.Add((byte)(rest & 0x7F | 0x80));
        bytes.Add((byte)rest);
    }
}
