namespace Tapline.Kafka.Protocol;

/// <summary>Walks the records of a batch, already unpacked (https://kafka.apache.org/documentation/#record).</summary>
/// <remarks>
/// <code>
/// record := length: varint, attributes: int8, timestampDelta: varlong, offsetDelta: varint,
///           keyLength: varint (-1 = null), key, valueLength: varint (-1 = null), value,
///           headerCount: varint, headers*
/// </code>
/// </remarks>
ref struct RecordReader(ReadOnlySpan<byte> records, int count)
{
    const int RecordBytesMin = 7;

    WireReader _reader = count <= records.Length / RecordBytesMin
        ? new WireReader(records)
        : throw new MalformedMessageException($"{count} records in {records.Length} bytes");
    int _left = count;

    /// <summary>The record that <see cref="MoveNext"/> stepped to.</summary>
    public RecordView Current { get; private set; }

    /// <summary>Steps to the next record; false after the last. Throws when it does not fit its length.</summary>
    public bool MoveNext()
    {
        if (_left == 0)
            return false;
        _left--;
        var body = _reader.Take(_reader.ReadVarint());
        var record = new WireReader(body);
        record.ReadInt8();
        var timestampDelta = record.ReadVarlong();
        var offsetDelta = record.ReadVarint();
        var keyLength = record.ReadVarint();
        var key = keyLength < 0 ? default : record.Take(keyLength);
        var valueLength = record.ReadVarint();
        var value = valueLength < 0 ? default : record.Take(valueLength);
        Current = new RecordView
        {
            Body = body,
            OffsetDelta = offsetDelta,
            TimestampDelta = timestampDelta,
            HasKey = keyLength >= 0,
            Key = key,
            IsTombstone = valueLength < 0,
            Value = value,
        };
        return true;
    }
}

/// <summary>One record in place.</summary>
readonly ref struct RecordView
{
    /// <summary>The whole record behind its length.</summary>
    public ReadOnlySpan<byte> Body { get; init; }
    public int OffsetDelta { get; init; }
    public long TimestampDelta { get; init; }
    public bool HasKey { get; init; }
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>Its value is null: under compaction it deletes its key.</summary>
    public bool IsTombstone { get; init; }
    public ReadOnlySpan<byte> Value { get; init; }
}
