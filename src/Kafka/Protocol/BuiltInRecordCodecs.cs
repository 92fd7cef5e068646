using System.Buffers;
using System.IO.Compression;

namespace Tapline.Kafka.Protocol;

/// <summary>What .NET itself can unpack: plain batches and gzip.</summary>
sealed class BuiltInRecordCodecs : IRecordCodecs
{
    const int StepBytes = 64 << 10;

    public static readonly BuiltInRecordCodecs Instance = new();

    /// <inheritdoc/>
    public bool Supports(RecordCodec codec) => codec is RecordCodec.None or RecordCodec.Gzip;

    /// <inheritdoc/>
    public unsafe void Decompress(
        RecordCodec codec, ReadOnlySpan<byte> packed, IBufferWriter<byte> output, int bytesMax)
    {
        if (codec != RecordCodec.Gzip)
            throw new MalformedMessageException($"codec {codec} where gzip is wanted");
        fixed (byte* start = packed)
        {
            using var source = new UnmanagedMemoryStream(start, packed.Length);
            using var plain = new GZipStream(source, CompressionMode.Decompress);
            try
            {
                for (var total = 0; plain.Read(output.GetSpan(StepBytes)) is var read and > 0;)
                {
                    total += read;
                    if (total > bytesMax)
                        throw new MalformedMessageException($"gzip data becomes more than {bytesMax} bytes");
                    output.Advance(read);
                }
            }
            catch (InvalidDataException malformed)
            {
                throw new MalformedMessageException($"{packed.Length} bytes are not gzip data", malformed);
            }
        }
    }
}

/// <summary>Codecs applied to whole batches.</summary>
static class RecordUnpacking
{
    /// <summary>The plain records of a batch: in place when it is not compressed, else in <paramref
    /// name="plain"/>.</summary>
    public static ReadOnlySpan<byte> Unpack(this IRecordCodecs codecs, in RecordBatchHeader header,
        ReadOnlySpan<byte> batch, ArrayBufferWriter<byte> plain, int bytesMax)
    {
        var packed = batch[RecordBatchHeader.Size..];
        if (header.Codec == RecordCodec.None)
            return packed;
        plain.ResetWrittenCount();
        codecs.Decompress(header.Codec, packed, plain, bytesMax);
        return plain.WrittenSpan;
    }
}
