using System.Runtime.InteropServices;

namespace Tapline.Native.Codecs;

/// <summary>Zstandard frames. Throws <see cref="CompressionException"/> on malformed input and
/// <see cref="CodecUnavailableException"/> where the library is missing. <see cref="ZstdCompressor"/> and
/// <see cref="ZstdDecompressor"/> keep their working memory between calls and are the ones to use in loops.</summary>
/// <remarks>API: https://facebook.github.io/zstd/doc/api_manual_latest.html</remarks>
public static unsafe class Zstd
{
    internal static readonly CodecExports Exports = new(Codec.Zstd);

    internal static readonly delegate* unmanaged<nint> CreateCompression =
        (delegate* unmanaged<nint>)Exports.Find("_ZN11duckdb_zstd15ZSTD_createCCtxEv");

    internal static readonly delegate* unmanaged<nint, nuint> FreeCompression =
        (delegate* unmanaged<nint, nuint>)Exports.Find("_ZN11duckdb_zstd13ZSTD_freeCCtxEPNS_11ZSTD_CCtx_sE");

    internal static readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, int, nuint> CompressWith =
        (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, int, nuint>)Exports.Find(
            "_ZN11duckdb_zstd17ZSTD_compressCCtxEPNS_11ZSTD_CCtx_sEPvmPKvmi");

    internal static readonly delegate* unmanaged<nint> CreateDecompression =
        (delegate* unmanaged<nint>)Exports.Find("_ZN11duckdb_zstd15ZSTD_createDCtxEv");

    internal static readonly delegate* unmanaged<nint, nuint> FreeDecompression =
        (delegate* unmanaged<nint, nuint>)Exports.Find("_ZN11duckdb_zstd13ZSTD_freeDCtxEPNS_11ZSTD_DCtx_sE");

    internal static readonly delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint> DecompressWith =
        (delegate* unmanaged<nint, byte*, nuint, byte*, nuint, nuint>)Exports.Find(
            "_ZN11duckdb_zstd19ZSTD_decompressDCtxEPNS_11ZSTD_DCtx_sEPvmPKvm");

    internal static readonly delegate* unmanaged<nint, ZstdBuffer*, ZstdBuffer*, nuint> DecompressStream =
        (delegate* unmanaged<nint, ZstdBuffer*, ZstdBuffer*, nuint>)Exports.Find(
            "_ZN11duckdb_zstd21ZSTD_decompressStreamEPNS_11ZSTD_DCtx_sEPNS_16ZSTD_outBuffer_sEPNS_15ZSTD_inBuffer_sE");

    internal static readonly delegate* unmanaged<nint, int, nuint> ResetDecompression =
        (delegate* unmanaged<nint, int, nuint>)Exports.Find(
            "_ZN11duckdb_zstd15ZSTD_DCtx_resetEPNS_11ZSTD_DCtx_sENS_19ZSTD_ResetDirectiveE");

    static readonly delegate* unmanaged<nuint, nuint> CompressBoundOf =
        (delegate* unmanaged<nuint, nuint>)Exports.Find("_ZN11duckdb_zstd18ZSTD_compressBoundEm");

    static readonly delegate* unmanaged<byte*, nuint, ulong> GetFrameContentSize =
        (delegate* unmanaged<byte*, nuint, ulong>)Exports.Find("_ZN11duckdb_zstd24ZSTD_getFrameContentSizeEPKvm");

    static readonly delegate* unmanaged<nuint, uint> IsError =
        (delegate* unmanaged<nuint, uint>)Exports.Find("_ZN11duckdb_zstd12ZSTD_isErrorEm");

    static readonly delegate* unmanaged<nuint, nint> GetErrorName =
        (delegate* unmanaged<nuint, nint>)Exports.Find("_ZN11duckdb_zstd17ZSTD_getErrorNameEm");

    /// <summary>The most bytes that so many bytes can become.</summary>
    public static int CompressBound(int length)
    {
        Exports.Demand();
        return checked((int)CompressBoundOf((nuint)length));
    }

    /// <summary>The size that the first frame declares, which is a claim until it is decompressed; null when it
    /// declares none.</summary>
    public static ulong? ContentSize(ReadOnlySpan<byte> source)
    {
        const ulong unknown = ulong.MaxValue;
        const ulong malformed = ulong.MaxValue - 1;
        Exports.Demand();
        ulong size;
        fixed (byte* from = source)
            size = GetFrameContentSize(from, (nuint)source.Length);
        return size switch
        {
            unknown => null,
            malformed => throw new CompressionException($"{source.Length} bytes do not start with a zstd frame"),
            _ => size,
        };
    }

    /// <summary>Decompresses all frames into the target and says how many bytes came out.</summary>
    public static int Decompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        using var decompressor = new ZstdDecompressor();
        return decompressor.Decompress(source, target);
    }

    internal static nuint Check(nuint result, string doing) =>
        IsError(result) == 0
            ? result
            : throw new CompressionException($"zstd failed {doing}: {Marshal.PtrToStringUTF8(GetErrorName(result))}");
}

/// <summary>ZSTD_inBuffer and ZSTD_outBuffer, which have one layout.</summary>
[StructLayout(LayoutKind.Sequential)]
unsafe struct ZstdBuffer
{
    public byte* Start;
    public nuint Length;
    public nuint Position;
}
