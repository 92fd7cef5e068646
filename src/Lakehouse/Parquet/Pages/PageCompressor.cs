using System.IO.Compression;
using Tapline.Native.Codecs;

namespace Tapline.Lakehouse.Parquet.Pages;

/// <summary>Compresses pages with one codec and keeps its memory between pages. Takes gzip, which .NET brings, where
/// the native library of the codec asked for is missing.</summary>
sealed class PageCompressor : IDisposable
{
    readonly int _zstdLevel;
    readonly ZstdCompressor? _zstd;
    readonly MemoryStream _gzip = new();
    byte[] _compressed = [];

    public PageCompressor(ParquetCodec codec, int zstdLevel)
    {
        _zstdLevel = zstdLevel;
        Codec = codec switch
        {
            ParquetCodec.Zstd when !CodecAvailability.IsAvailable(Native.Codecs.Codec.Zstd) => ParquetCodec.Gzip,
            ParquetCodec.Snappy when !CodecAvailability.IsAvailable(Native.Codecs.Codec.Snappy) => ParquetCodec.Gzip,
            _ => codec,
        };
        if (Codec == ParquetCodec.Zstd)
            _zstd = new ZstdCompressor();
    }

    /// <summary>The codec in use.</summary>
    public ParquetCodec Codec { get; }

    /// <summary>The page's bytes as the file holds them, valid until the next call.</summary>
    public ReadOnlySpan<byte> Compress(ReadOnlySpan<byte> page)
    {
        switch (Codec)
        {
            case ParquetCodec.Uncompressed:
                return page;
            case ParquetCodec.Zstd:
                var zstdRoom = Room(ZstdCompressor.CompressBound(page.Length));
                return _compressed.AsSpan(0, _zstd!.Compress(page, zstdRoom, _zstdLevel));
            case ParquetCodec.Snappy:
                var snappyRoom = Room(Snappy.MaxCompressedLength(page.Length));
                return _compressed.AsSpan(0, Snappy.Compress(page, snappyRoom));
            case ParquetCodec.Gzip:
                return Gzip(page);
            default:
                throw new NotSupportedException($"unknown codec {Codec}");
        }
    }

    public void Dispose()
    {
        _zstd?.Dispose();
        _gzip.Dispose();
    }

    Span<byte> Room(int size)
    {
        if (_compressed.Length < size)
            _compressed = new byte[size];
        return _compressed;
    }

    ReadOnlySpan<byte> Gzip(ReadOnlySpan<byte> page)
    {
        _gzip.SetLength(0);
        using (var gzip = new GZipStream(_gzip, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(page);
        return _gzip.GetBuffer().AsSpan(0, (int)_gzip.Length);
    }
}
