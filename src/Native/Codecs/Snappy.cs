namespace Tapline.Native.Codecs;

/// <summary>Snappy's raw block format. Throws <see cref="CompressionException"/> on malformed input and
/// <see cref="CodecUnavailableException"/> where the library is missing.</summary>
/// <remarks>Format: https://github.com/google/snappy/blob/main/format_description.txt</remarks>
public static unsafe class Snappy
{
    internal static readonly CodecExports Exports = new(Codec.Snappy);

    static readonly delegate* unmanaged<nuint, nuint> MaxCompressedLengthOf =
        (delegate* unmanaged<nuint, nuint>)Exports.Find("_ZN13duckdb_snappy19MaxCompressedLengthEm");

    static readonly delegate* unmanaged<byte*, nuint, byte*, nuint*, void> RawCompress =
        (delegate* unmanaged<byte*, nuint, byte*, nuint*, void>)Exports.Find(
            "_ZN13duckdb_snappy11RawCompressEPKcmPcPm");

    static readonly delegate* unmanaged<byte*, nuint, nuint*, byte> GetUncompressedLength =
        (delegate* unmanaged<byte*, nuint, nuint*, byte>)Exports.Find(
            "_ZN13duckdb_snappy21GetUncompressedLengthEPKcmPm");

    static readonly delegate* unmanaged<byte*, nuint, byte*, byte> RawUncompress =
        (delegate* unmanaged<byte*, nuint, byte*, byte>)Exports.Find("_ZN13duckdb_snappy13RawUncompressEPKcmPc");

    /// <summary>The most bytes that so many bytes can become.</summary>
    public static int MaxCompressedLength(int length)
    {
        Exports.Demand();
        return checked((int)MaxCompressedLengthOf((nuint)length));
    }

    /// <summary>Compresses into a target of at least <see cref="MaxCompressedLength"/> bytes and says how many it
    /// took.</summary>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var lengthMax = MaxCompressedLength(source.Length);
        if (target.Length < lengthMax)
            throw new CompressionException($"snappy wants a target of {lengthMax} bytes, not {target.Length}");
        nuint written = 0;
        fixed (byte* from = source, to = target)
            RawCompress(from, (nuint)source.Length, to, &written);
        return checked((int)written);
    }

    /// <summary>How many bytes the input says it becomes; the caller compares this with its cap before it makes room.
    /// </summary>
    public static int DecompressedLength(ReadOnlySpan<byte> source)
    {
        Exports.Demand();
        nuint length = 0;
        byte ok;
        fixed (byte* from = source)
            ok = GetUncompressedLength(from, (nuint)source.Length, &length);
        if (ok == 0 || length > int.MaxValue)
            throw new CompressionException($"the {source.Length} bytes do not start with a snappy length");
        return (int)length;
    }

    /// <summary>Decompresses and says how many bytes came out.</summary>
    public static int Decompress(ReadOnlySpan<byte> source, Span<byte> target)
    {
        var length = DecompressedLength(source);
        if (target.Length < length)
            throw new CompressionException($"snappy data needs {length} bytes, the target has {target.Length}");
        byte ok;
        fixed (byte* from = source, to = target)
            ok = RawUncompress(from, (nuint)source.Length, to);
        return ok != 0 ? length : throw new CompressionException($"{source.Length} bytes are not whole snappy data");
    }
}
