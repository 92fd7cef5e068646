using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Log;

/// <summary>Says whether bytes from a producer are one sound batch that a topic takes. The records inside stay opaque:
/// whatever their codec, the broker keeps them as they came.</summary>
static class BatchCheck
{
    /// <summary>None, and the batch's head, when it can be written.</summary>
    public static KafkaError Run(ReadOnlySpan<byte> batch, TopicSettings settings, out RecordBatchHeader header)
    {
        header = default;
        if (batch.Length > settings.MessageBytesMax)
            return KafkaError.MessageTooLarge;
        try
        {
            if (!RecordBatchHeader.TryRead(batch, out header))
                return KafkaError.CorruptMessage;
        }
        catch (MalformedMessageException)
        {
            return KafkaError.CorruptMessage;
        }
        if (header.TotalBytes < batch.Length)
            return KafkaError.InvalidRecord; // Since Produce v3 there is one batch a partition.
        if (header.TotalBytes > batch.Length || !RecordBatchHeader.HasValidCrc(batch))
            return KafkaError.CorruptMessage;
        if (header.IsControl || header.IsTransactional)
            return KafkaError.InvalidRecord;
        // A batch that producers write has no gaps; only compaction makes them.
        if (header.RecordCount == 0 || header.LastOffsetDelta != header.RecordCount - 1)
            return KafkaError.InvalidRecord;
        if (header.ProducerId >= 0 && (header.BaseSequence < 0 || header.ProducerEpoch < 0))
            return KafkaError.InvalidRecord;
        return (int)header.Codec <= (int)RecordCodec.Zstd ? KafkaError.None : KafkaError.UnsupportedCompressionType;
    }
}
