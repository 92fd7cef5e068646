using System.Buffers;
using Tapline.Kafka.Protocol;
using Tapline.Native.Codecs;

namespace Tapline.Kafka.Client.Records;

/// <summary>Every codec of the protocol, for a broker that unpacks a batch now and then. Stateless.</summary>
sealed class RecordCodecs : IRecordCodecs
{
    public static readonly RecordCodecs Instance = new();

    /// <inheritdoc/>
    public bool Supports(RecordCodec codec) => codec switch
    {
        RecordCodec.None or RecordCodec.Gzip => true,
        RecordCodec.Snappy => CodecAvailability.IsAvailable(Codec.Snappy),
        RecordCodec.Lz4 => CodecAvailability.IsAvailable(Codec.Lz4),
        RecordCodec.Zstd => CodecAvailability.IsAvailable(Codec.Zstd),
        _ => false,
    };

    /// <inheritdoc/>
    public void Decompress(RecordCodec codec, ReadOnlySpan<byte> packed, IBufferWriter<byte> output, int bytesMax)
    {
        using var decompressor = new BatchDecompressor(bytesMax);
        var plain = new RecordBuffer();
        try
        {
            decompressor.Decompress((int)codec, packed, plain);
        }
        catch (CompressionException malformed)
        {
            throw new MalformedMessageException(malformed.Message, malformed);
        }
        output.Write(plain.Written.Span);
    }
}
