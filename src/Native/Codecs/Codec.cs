namespace Tapline.Native.Codecs;

/// <summary>The compression codecs that the native library brings.</summary>
public enum Codec
{
    /// <summary>Zstandard frames (RFC 8878).</summary>
    Zstd,
    /// <summary>Snappy's raw block format, without framing.</summary>
    Snappy,
    /// <summary>LZ4's block format, without framing.</summary>
    Lz4,
}
