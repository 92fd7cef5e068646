namespace Tapline.Native.Codecs;

/// <summary>LZ4's block format. Throws <see cref="CompressionException"/> on malformed input and
/// <see cref="CodecUnavailableException"/> where the library is missing.</summary>
/// <remarks>Format: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md</remarks>
public static unsafe class Lz4
{
    internal static readonly CodecExports Exports = new(Codec.Lz4);

    /// <summary>How far back a block may refer to bytes before it.</summary>
    const int WindowBytes = 64 << 10;

    static readonly delegate* unmanaged<int, int> CompressBoundOf =
        (delegate* unmanaged<int, int>)Exports.Find("_ZN10duckdb_lz417LZ4_compressBoundEi");

    static readonly delegate* unmanaged<byte*, byte*, int, int, int> CompressDefault =
        (delegate* unmanaged<byte*, byte*, int, int, int>)Exports.Find(
            "_ZN10duckdb_lz420LZ4_compress_defaultEPKcPcii");

    static readonly delegate* unmanaged<byte*, byte*, int, int, int> DecompressSafe =
        (delegate* unmanaged<byte*, byte*, int, int, int>)Exports.Find(
            "_ZN10duckdb_lz419LZ4_decompress_safeEPKcPcii");

    static readonly delegate* unmanaged<byte*, byte*, int, int, byte*, int, int> DecompressUsingDictionary =
        (delegate* unmanaged<byte*, byte*, int, int, byte*, int, int>)Exports.Find(
            "_ZN10duckdb_lz429LZ4_decompress_safe_usingDictEPKcPciiS1_i");

    /// <summary>The most bytes that so many bytes can become.</summary>
    public static int CompressBound(int length)
    {
        Exports.Demand();
        var bound = CompressBoundOf(length);
        return bound > 0
            ? bound
            : throw new CompressionException($"an lz4 block cannot hold {length} bytes");
    }

    /// <summary>Compresses one block and says how many bytes it took; 0 when the target is too small for it.</summary>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        Exports.Demand();
        fixed (byte* from = source, to = target)
            return CompressDefault(from, to, source.Length, target.Length);
    }

    /// <summary>Decompresses one independent block and says how many bytes came out.</summary>
    public static int Decompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        Exports.Demand();
        int length;
        fixed (byte* from = source, to = target)
            length = DecompressSafe(from, to, source.Length, target.Length);
        return length >= 0 ? length : throw Malformed(source.Length, target.Length);
    }

    /// <summary>Decompresses one block behind the first <paramref name="start"/> bytes of the target, to which it may
    /// refer, and says how many bytes came out.</summary>
    public static int DecompressLinked(ReadOnlySpan<byte> source, Span<byte> target, int start)
    {
        Exports.Demand();
        var room = target[start..].Length;
        var window = Math.Min(start, WindowBytes);
        int length;
        fixed (byte* from = source, to = target)
        {
            length = DecompressUsingDictionary(
                from, to + start, source.Length, room, to + (start - window), window);
        }
        return length >= 0 ? length : throw Malformed(source.Length, room);
    }

    static CompressionException Malformed(int source, int target) =>
        new($"{source} bytes are not an lz4 block of at most {target} bytes");
}
