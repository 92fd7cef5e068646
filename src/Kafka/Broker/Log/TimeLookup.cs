using System.Buffers;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Log;

/// <summary>Finds the first record at or after a time.</summary>
static class TimeLookup
{
    /// <summary>Its offset and time; null when all records are older. Where a batch cannot be unpacked, the batch's
    /// first offset stands for the record's: never too late.</summary>
    public static (long Offset, long TimestampMs)? Find(
        PartitionLog log, long timestampMs, IRecordCodecs codecs, int bytesMax)
    {
        var start = log.StartOffset;
        foreach (var segment in log.Segments)
        {
            if (segment.Index.MaxTimestampMs < timestampMs)
                continue;
            using var scanner = segment.Scan(segment.Index.PositionBeforeTime(timestampMs));
            while (scanner.MoveNext())
                if (scanner.Header.MaxTimestampMs >= timestampMs && scanner.Header.LastOffset >= start
                    && FindIn(scanner, timestampMs, start, codecs, bytesMax) is { } found)
                    return found;
        }
        return null;
    }

    static (long Offset, long TimestampMs)? FindIn(
        SegmentScanner scanner, long timestampMs, long start, IRecordCodecs codecs, int bytesMax)
    {
        var header = scanner.Header;
        var whole = (Math.Max(header.BaseOffset, start), header.MaxTimestampMs);
        if (header.IsLogAppendTime || !codecs.Supports(header.Codec))
            return whole;
        try
        {
            return FindRecord(scanner, timestampMs, start, codecs, bytesMax);
        }
        catch (MalformedMessageException)
        {
            return whole;
        }
    }

    static (long Offset, long TimestampMs)? FindRecord(
        SegmentScanner scanner, long timestampMs, long start, IRecordCodecs codecs, int bytesMax)
    {
        var header = scanner.Header;
        var plain = new ArrayBufferWriter<byte>();
        var records = new RecordReader(codecs.Unpack(header.Codec, scanner.Batch, plain, bytesMax), header.RecordCount);
        while (records.MoveNext())
        {
            var offset = header.BaseOffset + records.Current.OffsetDelta;
            var recordMs = header.BaseTimestampMs + records.Current.TimestampDelta;
            if (recordMs >= timestampMs && offset >= start)
                return (offset, recordMs);
        }
        return null;
    }
}
