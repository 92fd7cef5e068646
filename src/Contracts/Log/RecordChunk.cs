namespace Tapline.Contracts.Log;

/// <summary>Consecutive records of one partition in one piece of memory.</summary>
public sealed class RecordChunk(
    TopicPartition partition, ReadOnlyMemory<byte> bytes, ReadOnlyMemory<RecordSlot> slots, long nextOffset)
{
    /// <summary>Where they come from.</summary>
    public TopicPartition Partition { get; } = partition;

    /// <summary>The memory that the slots point into.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;

    /// <summary>One entry a record, in offset order. Offsets can have gaps (compaction).</summary>
    public ReadOnlyMemory<RecordSlot> Slots { get; } = slots;

    /// <summary>The offset to read next after this chunk.</summary>
    public long NextOffset { get; } = nextOffset;

    /// <summary>How many records.</summary>
    public int Count => Slots.Length;

    /// <summary>The key's bytes; empty when it is null (see <see cref="RecordSlot.KeyLength"/>).</summary>
    public ReadOnlySpan<byte> Key(in RecordSlot slot) =>
        slot.KeyLength <= 0 ? default : Bytes.Span.Slice(slot.KeyStart, slot.KeyLength);

    /// <summary>The value's bytes; empty when it is null (see <see cref="RecordSlot.ValueLength"/>).</summary>
    public ReadOnlySpan<byte> Value(in RecordSlot slot) =>
        slot.ValueLength <= 0 ? default : Bytes.Span.Slice(slot.ValueStart, slot.ValueLength);

    /// <summary>The headers as they stand in a Kafka record (v2): each a zig-zag varint length and name, then a zig-zag
    /// varint length (-1 for null) and value, <see cref="RecordSlot.HeaderCount"/> times.</summary>
    public ReadOnlySpan<byte> Headers(in RecordSlot slot) => Bytes.Span.Slice(slot.HeadersStart, slot.HeadersLength);

    /// <summary>Finds a header's value by its name; false when it is absent or null.</summary>
    public bool TryGetHeader(in RecordSlot slot, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var rest = Headers(slot);
        for (var i = 0; i < slot.HeaderCount; i++)
        {
            var headerName = Take(ref rest, ReadVarint(ref rest));
            var length = ReadVarint(ref rest);
            var headerValue = Take(ref rest, Math.Max(length, 0));
            if (length >= 0 && headerName.SequenceEqual(name))
            {
                value = headerValue;
                return true;
            }
        }
        value = default;
        return false;
    }

    static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> rest, int count)
    {
        var taken = rest[..count];
        rest = rest[count..];
        return taken;
    }

    static int ReadVarint(scoped ref ReadOnlySpan<byte> rest)
    {
        uint raw = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var next = rest[0];
            rest = rest[1..];
            raw |= unchecked((uint)(next & 0x7F) << shift);
            if (next < 0x80)
                return unchecked((int)(raw >> 1) ^ -(int)(raw & 1));
        }
        throw new InvalidDataException("a varint of a record header is longer than 5 bytes");
    }
}

/// <summary>Where one record lies in its chunk's memory.</summary>
public readonly record struct RecordSlot
{
    /// <summary>The record's offset in its partition.</summary>
    public required long Offset { get; init; }

    /// <summary>The record's timestamp, milliseconds since 1970.</summary>
    public required long TimestampMs { get; init; }

    /// <summary>Start of the key.</summary>
    public required int KeyStart { get; init; }

    /// <summary>Length of the key; -1 for null.</summary>
    public required int KeyLength { get; init; }

    /// <summary>Start of the value.</summary>
    public required int ValueStart { get; init; }

    /// <summary>Length of the value; -1 for null.</summary>
    public required int ValueLength { get; init; }

    /// <summary>Start of the headers.</summary>
    public int HeadersStart { get; init; }

    /// <summary>Length of all headers together.</summary>
    public int HeadersLength { get; init; }

    /// <summary>How many headers.</summary>
    public int HeaderCount { get; init; }
}
