using System.Buffers.Binary;

namespace Tapline.Kafka.Protocol;

/// <summary>The fixed head of a record batch of format 2, the only format that this broker stores
/// (https://kafka.apache.org/documentation/#recordbatch). Base offset and leader epoch lie outside the checksum, so a
/// broker writes them in place.</summary>
/// <remarks>
/// <code>
/// baseOffset: int64            0    lastOffsetDelta: int32   23
/// batchLength: int32           8    baseTimestamp: int64     27
/// partitionLeaderEpoch: int32 12    maxTimestamp: int64      35
/// magic: int8                 16    producerId: int64        43
/// crc: uint32                 17    producerEpoch: int16     51
/// attributes: int16           21    baseSequence: int32      53
///                                   recordCount: int32       57    records: 61
/// </code>
/// The checksum covers everything from the attributes on.
/// </remarks>
readonly record struct RecordBatchHeader
{
    /// <summary>Length of the head, and so the least that a batch takes.</summary>
    public const int Size = 61;

    /// <summary>What stands before the bytes that <c>batchLength</c> counts.</summary>
    public const int LengthOverhead = 12;

    /// <summary>The format number of these batches.</summary>
    public const byte Magic = 2;

    const int LengthAt = 8;
    const int LeaderEpochAt = 12;
    const int MagicAt = 16;
    const int CrcAt = 17;
    const int AttributesAt = 21;
    const int MaxTimestampAt = 35;
    /// <summary>The bits of the attributes that name the codec.</summary>
    public const short CodecMask = 0x07;

    const int LogAppendTimeMask = 0x08;
    const int TransactionalMask = 0x10;
    const int ControlMask = 0x20;

    public required long BaseOffset { get; init; }

    /// <summary>Bytes of the whole batch, head included.</summary>
    public required int TotalBytes { get; init; }

    public required short Attributes { get; init; }

    public required int LastOffsetDelta { get; init; }

    public required long BaseTimestampMs { get; init; }

    public required long MaxTimestampMs { get; init; }

    /// <summary>The idempotent producer that wrote it; -1 for none.</summary>
    public required long ProducerId { get; init; }

    public required short ProducerEpoch { get; init; }

    public required int BaseSequence { get; init; }

    public required int RecordCount { get; init; }

    /// <summary>The offset of its last record, which compaction may have removed.</summary>
    public long LastOffset => BaseOffset + LastOffsetDelta;

    /// <summary>How its records are compressed.</summary>
    public RecordCodec Codec => (RecordCodec)(Attributes & CodecMask);

    /// <summary>Its records bear the broker's time (the maximum), not their own.</summary>
    public bool IsLogAppendTime => (Attributes & LogAppendTimeMask) != 0;

    public bool IsTransactional => (Attributes & TransactionalMask) != 0;

    public bool IsControl => (Attributes & ControlMask) != 0;

    /// <summary>Reads the head of the batch at the start of <paramref name="bytes"/>; false when fewer than
    /// <see cref="Size"/> bytes are there. Throws when they are not the head of a batch of format 2.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out RecordBatchHeader header)
    {
        header = default;
        if (bytes.Length < Size)
            return false;
        if (bytes[MagicAt] != Magic)
            throw new MalformedMessageException($"a record batch of format {bytes[MagicAt]} where {Magic} is wanted");
        var length = BinaryPrimitives.ReadInt32BigEndian(bytes[LengthAt..]);
        if (length is < Size - LengthOverhead or > int.MaxValue - LengthOverhead)
            throw new MalformedMessageException($"a record batch of {length} bytes where {Size} are the least");
        var reader = new WireReader(bytes[AttributesAt..Size]);
        header = new RecordBatchHeader
        {
            BaseOffset = BinaryPrimitives.ReadInt64BigEndian(bytes),
            TotalBytes = length + LengthOverhead,
            Attributes = reader.ReadInt16(),
            LastOffsetDelta = reader.ReadInt32(),
            BaseTimestampMs = reader.ReadInt64(),
            MaxTimestampMs = reader.ReadInt64(),
            ProducerId = reader.ReadInt64(),
            ProducerEpoch = reader.ReadInt16(),
            BaseSequence = reader.ReadInt32(),
            RecordCount = reader.ReadInt32(),
        };
        if (header.LastOffsetDelta < 0 || header.RecordCount < 0 || header.BaseOffset < 0)
            throw new MalformedMessageException(
                $"a record batch with base offset {header.BaseOffset}, last delta {header.LastOffsetDelta}"
                + $" and {header.RecordCount} records");
        return true;
    }

    /// <summary>The checksum that a whole batch bears.</summary>
    public static uint ReadCrc(ReadOnlySpan<byte> batch) => BinaryPrimitives.ReadUInt32BigEndian(batch[CrcAt..]);

    /// <summary>Whether a whole batch's bytes are the ones that its checksum was taken over.</summary>
    public static bool HasValidCrc(ReadOnlySpan<byte> batch) => ReadCrc(batch) == Crc32C.Compute(batch[AttributesAt..]);

    /// <summary>Writes what only the broker knows; the checksum does not cover it.</summary>
    public static void Place(Span<byte> batch, long baseOffset, int leaderEpoch)
    {
        BinaryPrimitives.WriteInt64BigEndian(batch, baseOffset);
        BinaryPrimitives.WriteInt32BigEndian(batch[LeaderEpochAt..], leaderEpoch);
    }

    /// <summary>Stamps a whole batch with the broker's time and takes its checksum anew.</summary>
    public static void StampAppendTime(Span<byte> batch, long timestampMs)
    {
        var attributes = BinaryPrimitives.ReadInt16BigEndian(batch[AttributesAt..]);
        BinaryPrimitives.WriteInt16BigEndian(batch[AttributesAt..], (short)(attributes | LogAppendTimeMask));
        BinaryPrimitives.WriteInt64BigEndian(batch[MaxTimestampAt..], timestampMs);
        Seal(batch);
    }

    /// <summary>Writes the head of a whole batch whose records already stand behind it, length and checksum
    /// too.</summary>
    public void Write(Span<byte> batch, int leaderEpoch = 0)
    {
        Place(batch, BaseOffset, leaderEpoch);
        BinaryPrimitives.WriteInt32BigEndian(batch[LengthAt..], batch.Length - LengthOverhead);
        batch[MagicAt] = Magic;
        BinaryPrimitives.WriteInt16BigEndian(batch[AttributesAt..], Attributes);
        BinaryPrimitives.WriteInt32BigEndian(batch[23..], LastOffsetDelta);
        BinaryPrimitives.WriteInt64BigEndian(batch[27..], BaseTimestampMs);
        BinaryPrimitives.WriteInt64BigEndian(batch[MaxTimestampAt..], MaxTimestampMs);
        BinaryPrimitives.WriteInt64BigEndian(batch[43..], ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(batch[51..], ProducerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(batch[53..], BaseSequence);
        BinaryPrimitives.WriteInt32BigEndian(batch[57..], RecordCount);
        Seal(batch);
    }

    static void Seal(Span<byte> batch) =>
        BinaryPrimitives.WriteUInt32BigEndian(batch[CrcAt..], Crc32C.Compute(batch[AttributesAt..]));
}
