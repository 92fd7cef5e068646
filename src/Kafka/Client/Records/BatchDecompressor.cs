using System.IO.Compression;
using Tapline.Native.Codecs;

namespace Tapline.Kafka.Client.Records;

/// <summary>Decompresses the records of batches, by the codec number of Kafka's batch attributes. Owned by one reader.
/// Throws <see cref="CompressionException"/> on malformed input, on an unknown codec, and as soon as a batch would
/// become more than <paramref name="batchBytesMax"/> bytes.</summary>
sealed class BatchDecompressor(int batchBytesMax) : IDisposable
{
    const int Gzip = 1;
    const int SnappyCodec = 2;
    const int Lz4Codec = 3;
    const int ZstdCodec = 4;
    const int GzipStepBytes = 64 << 10;

    ZstdDecompressor? _zstd;

    /// <summary>Appends a batch's records to the target and says how many bytes came out.</summary>
    public int Decompress(int codec, ReadOnlySpan<byte> source, RecordBuffer target) => codec switch
    {
        Gzip => Gunzip(source, target),
        SnappyCodec => SnappyFrame.Decompress(source, target, batchBytesMax),
        Lz4Codec => Lz4Frame.Decompress(source, target, batchBytesMax),
        ZstdCodec => (_zstd ??= new ZstdDecompressor()).Decompress(source, target, batchBytesMax),
        _ => throw new CompressionException($"codec {codec} where 1 to 4 are known"),
    };

    /// <inheritdoc/>
    public void Dispose() => _zstd?.Dispose();

    unsafe int Gunzip(ReadOnlySpan<byte> source, RecordBuffer target)
    {
        if (source.IsEmpty)
            return 0;
        var total = 0;
        fixed (byte* start = source)
        {
            using var packed = new UnmanagedMemoryStream(start, source.Length);
            using var plain = new GZipStream(packed, CompressionMode.Decompress);
            try
            {
                while (plain.Read(target.GetSpan(GzipStepBytes)) is var count and > 0)
                {
                    total += count;
                    if (total > batchBytesMax)
                        throw new CompressionException($"gzip data becomes more than {batchBytesMax} bytes");
                    target.Advance(count);
                }
            }
            catch (InvalidDataException malformed)
            {
                throw new CompressionException($"{source.Length} bytes are not gzip data: {malformed.Message}");
            }
        }
        return total;
    }
}
