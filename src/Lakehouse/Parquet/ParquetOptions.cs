namespace Tapline.Lakehouse.Parquet;

/// <summary>How files are written. The defaults are what the lake uses.</summary>
public sealed record ParquetOptions
{
    /// <summary>The codec asked for. Where its native library is missing, gzip is used and the file says so.</summary>
    public ParquetCodec Codec { get; init; } = ParquetCodec.Zstd;

    /// <summary>Zstandard's level, 1 (fast) to 19 (small).</summary>
    public int ZstdLevel { get; init; } = 1;

    /// <summary>Who wrote the file, in the form <c>name version x.y.z</c> that readers parse.</summary>
    public string CreatedBy { get; init; } = "tapline version 0.1.0";

    /// <summary>Bytes of encoded values after which a page is closed.</summary>
    public int PageBytesTarget { get; init; } = 1 << 20;

    /// <summary>Rows after which a page is closed, however few bytes they take.</summary>
    public int PageRowsMax { get; init; } = 1 << 17;

    /// <summary>Whether values that no dictionary takes may be written by the DELTA encodings, which are smaller and
    /// faster; without them they are PLAIN, for readers older than 2022.</summary>
    public bool UsesDeltas { get; init; } = true;

    /// <summary>Bytes of distinct values that a chunk's dictionary may hold; above it the chunk is written
    /// plain.</summary>
    public int DictionaryBytesMax { get; init; } = 16 << 20;

    /// <summary>Bytes of a string that the footer's min and max keep; longer ones are cut to bounds.</summary>
    public int FooterBoundBytesMax { get; init; } = 64;
}
