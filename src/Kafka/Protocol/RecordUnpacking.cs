using System.Buffers;

namespace Tapline.Kafka.Protocol;

/// <summary>Codecs applied to whole batches.</summary>
static class RecordUnpacking
{
    /// <summary>The plain records of a batch: in place when it is not compressed, else in <paramref
    /// name="plain"/>.</summary>
    public static ReadOnlySpan<byte> Unpack(this IRecordCodecs codecs, RecordCodec codec,
        ReadOnlySpan<byte> batch, ArrayBufferWriter<byte> plain, int bytesMax)
    {
        var packed = batch[RecordBatchHeader.Size..];
        if (codec == RecordCodec.None)
            return packed;
        plain.ResetWrittenCount();
        codecs.Decompress(codec, packed, plain, bytesMax);
        return plain.WrittenSpan;
    }
}
