namespace Tapline.Lakehouse.Parquet;

/// <summary>How pages are compressed; the numbers are the format's own.</summary>
public enum ParquetCodec
{
    /// <summary>As encoded.</summary>
    Uncompressed = 0,
    /// <summary>Raw Snappy blocks: fastest to write, larger.</summary>
    Snappy = 1,
    /// <summary>Gzip members: every reader has it, slow.</summary>
    Gzip = 2,
    /// <summary>Zstandard frames: small and fast, the default.</summary>
    Zstd = 6,
}
