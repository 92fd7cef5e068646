using Tapline.Contracts.Log;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Client.Records;

/// <summary>Finds where the parts of each record of a batch lie, without copying any.</summary>
/// <remarks>
/// https://kafka.apache.org/documentation/#record:
/// <code>
/// record := length: varint, attributes: int8, timestampDelta: varlong, offsetDelta: varint,
///           keyLength: varint (-1 = null), key, valueLength: varint (-1 = null), value,
///           headerCount: varint, header*
/// header := nameLength: varint, name, valueLength: varint (-1 = null), value
/// </code>
/// Every length is checked against the record it lies in. The twin that reads one field after the other is
/// <see cref="RecordReader"/>.
/// </remarks>
ref struct RecordWalk
{
    const int RecordBytesMin = 7;

    readonly ReadOnlySpan<byte> _bytes;
    int _at;
    int _end;

    RecordWalk(ReadOnlySpan<byte> bytes, int start)
    {
        _bytes = bytes;
        _at = start;
        _end = bytes.Length;
    }

    /// <summary>Adds a slot for every record of a batch from an offset on.</summary>
    /// <param name="bytes">The memory that the slots point into; the records end with it.</param>
    /// <param name="start">Where in it the records start.</param>
    /// <param name="header">The batch's head.</param>
    /// <param name="offsetMin">Records before this are passed over.</param>
    /// <param name="slots">Where the slots go; holds some of them when this throws.</param>
    public static void Add(
        ReadOnlySpan<byte> bytes, int start, in RecordBatchHeader header, long offsetMin, SlotList slots)
    {
        if (header.RecordCount > (bytes.Length - start) / RecordBytesMin)
            throw new MalformedMessageException($"{header.RecordCount} records in {bytes.Length - start} bytes");
        var walk = new RecordWalk(bytes, start);
        for (var left = header.RecordCount; left > 0; left--)
        {
            var slot = walk.Next(header, bytes.Length);
            if (slot.Offset >= offsetMin)
                slots.Add(slot);
        }
        if (walk._at != bytes.Length)
            throw new MalformedMessageException($"{bytes.Length - walk._at} bytes behind the last record");
    }

    RecordSlot Next(in RecordBatchHeader header, int batchEnd)
    {
        _end = batchEnd;
        var length = Checked(ReadVarint());
        _end = _at + length;
        Skip(1); // Attributes, of which none is in use.
        var timestampDelta = ReadVarlong();
        var offsetDelta = ReadVarint();
        var keyLength = ReadVarint();
        var keyStart = _at;
        Skip(Math.Max(keyLength, 0));
        var valueLength = ReadVarint();
        var valueStart = _at;
        Skip(Math.Max(valueLength, 0));
        var headerCount = ReadVarint();
        var headersStart = _at;
        for (var left = headerCount; left > 0; left--)
        {
            Skip(ReadVarint());
            Skip(Math.Max(ReadVarint(), 0));
        }
        if (_at != _end || offsetDelta < 0 || offsetDelta > header.LastOffsetDelta)
            throw Malformed($"the record with offset delta {offsetDelta} does not end where it says");
        return new RecordSlot
        {
            Offset = header.BaseOffset + offsetDelta,
            TimestampMs = header.IsLogAppendTime
                ? header.MaxTimestampMs
                : unchecked(header.BaseTimestampMs + timestampDelta),
            KeyStart = keyStart,
            KeyLength = Math.Max(keyLength, -1),
            ValueStart = valueStart,
            ValueLength = Math.Max(valueLength, -1),
            HeadersStart = headersStart,
            HeadersLength = _at - headersStart,
            HeaderCount = headerCount,
        };
    }

    void Skip(int count) => _at += Checked(count);

    readonly int Checked(int count) =>
        count >= 0 && count <= _end - _at ? count : throw Malformed($"{count} bytes wanted, {_end - _at} left");

    int ReadVarint()
    {
        // Most lengths and deltas take one byte.
        if (_at < _end && _bytes[_at] is var only && only < 0x80)
        {
            _at++;
            return only >> 1 ^ -(only & 1);
        }
        var rest = _bytes[_at.._end];
        var value = Varint.Read32(ref rest);
        _at = _end - rest.Length;
        return value;
    }

    long ReadVarlong()
    {
        if (_at < _end && _bytes[_at] is var only && only < 0x80)
        {
            _at++;
            return only >> 1 ^ -(only & 1);
        }
        var rest = _bytes[_at.._end];
        var value = Varint.Read64(ref rest);
        _at = _end - rest.Length;
        return value;
    }

    readonly MalformedMessageException Malformed(string found) => new($"record at byte {_at}: {found}");
}
