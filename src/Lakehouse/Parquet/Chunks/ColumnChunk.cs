using Tapline.Lakehouse.Parquet.Encodings;
using Tapline.Lakehouse.Parquet.Schema;
using Tapline.Lakehouse.Parquet.Statistics;

namespace Tapline.Lakehouse.Parquet.Chunks;

/// <summary>What the footer says of one column in one row group. Offsets and sizes are bytes of the file; sizes contain
/// the pages' headers.</summary>
sealed record ColumnChunk(PhysicalColumn Column, int RowCount, ColumnStatistics Statistics)
{
    /// <summary>Where the dictionary page is; -1 for none.</summary>
    public required int DictionaryOffset { get; init; }

    public required int DataOffset { get; init; }

    public required long UncompressedSize { get; init; }

    public required long CompressedSize { get; init; }

    /// <summary>How the data pages hold their values.</summary>
    public required ValueEncoding Encoding { get; init; }

    public required int DataPageCount { get; init; }

    /// <summary>Where the chunk begins.</summary>
    public int Offset => DictionaryOffset >= 0 ? DictionaryOffset : DataOffset;
}

/// <summary>One row group: a chunk for each column.</summary>
sealed record RowGroup(ColumnChunk[] Chunks, int RowCount);
