using System.Buffers.Binary;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Parquet.Encodings;
using Tapline.Lakehouse.Parquet.Pages;
using Tapline.Lakehouse.Parquet.Schema;
using Tapline.Lakehouse.Parquet.Statistics;

namespace Tapline.Lakehouse.Parquet.Chunks;

/// <summary>Writes one column of one row group: a dictionary page if that pays, then data pages, each made of
/// definition levels and the values that are not null.</summary>
abstract class ColumnChunkWriter(
    PhysicalColumn column, PageWriter pages, ChunkWorkspace workspace, ParquetOptions options)
{
    /// <summary>The writer for a column's type.</summary>
    public static ColumnChunkWriter For(
        PhysicalColumn column, PageWriter pages, ChunkWorkspace shared, ParquetOptions options) =>
        column.Physical switch
        {
            PhysicalType.Boolean => new BooleanChunkWriter(column, pages, shared, options),
            PhysicalType.Int32 => new NumberChunkWriter<int, int>(column, pages, shared, options, shared.Int32s),
            PhysicalType.Int64 => new NumberChunkWriter<long, long>(column, pages, shared, options, shared.Int64s),
            PhysicalType.Float => new NumberChunkWriter<float, int>(column, pages, shared, options, shared.Int32s),
            PhysicalType.Double => new NumberChunkWriter<double, long>(column, pages, shared, options, shared.Int64s),
            PhysicalType.FixedLengthByteArray => new WideDecimalChunkWriter(column, pages, shared, options),
            PhysicalType.ByteArray => new BytesChunkWriter(column, pages, shared, options),
            _ => throw new NotSupportedException($"no writer for {column.Physical}"),
        };

    protected PhysicalColumn Column => column;

    protected ChunkWorkspace Workspace => workspace;

    protected ParquetOptions Options => options;

    /// <summary>Writes all rows of the buffer.</summary>
    public ColumnChunk Write(ColumnBuffer buffer)
    {
        if (buffer.Type != column.Type)
            throw new ArgumentException($"a {column.Type} column was given {buffer.Type} values", nameof(buffer));
        var start = pages.Position;
        var valueCount = buffer.Count - buffer.NullCount;
        Load(buffer);
        var encoding = valueCount == 0 ? ValueEncoding.Plain : Choose(valueCount);
        var statistics = ColumnStatistics.Empty(column.Type) with { NullCount = buffer.NullCount };
        if (valueCount > 0)
            statistics = FindBounds(encoding == ValueEncoding.RleDictionary, statistics);
        long size = 0;
        if (encoding == ValueEncoding.RleDictionary)
            size += WriteDictionary();
        var dataOffset = pages.Position;
        var (dataSize, pageCount) = WriteData(buffer, encoding);
        return new ColumnChunk(column, buffer.Count, statistics)
        {
            DictionaryOffset = encoding == ValueEncoding.RleDictionary ? start : -1,
            DataOffset = dataOffset,
            UncompressedSize = size + dataSize,
            CompressedSize = pages.Position - start,
            Encoding = encoding,
            DataPageCount = pageCount,
        };
    }

    /// <summary>Takes the values that are not null; they stay until the next call.</summary>
    protected abstract void Load(ColumnBuffer buffer);

    /// <summary>Decides how the values are laid out, and fills the workspace's codes if by dictionary.</summary>
    protected abstract ValueEncoding Choose(int valueCount);

    /// <summary>Distinct values of the dictionary.</summary>
    protected abstract int EntryCount { get; }

    /// <summary>Writes the dictionary's values, plain.</summary>
    protected abstract void WriteEntries(ByteBuffer page);

    /// <summary>Adds min, max and NaN, either over the dictionary's values or over all of them.</summary>
    protected abstract ColumnStatistics FindBounds(bool overEntries, ColumnStatistics statistics);

    /// <summary>Writes values of the column to a page, plain or by differences.</summary>
    protected abstract void Encode(int first, int count, ValueEncoding encoding, ByteBuffer page);

    /// <summary>How many rows from this one make a page of plain values of about the wanted size.</summary>
    protected abstract int PlainPageRows(ColumnBuffer buffer, int row);

    long WriteDictionary()
    {
        var page = workspace.Page;
        page.Clear();
        WriteEntries(page);
        return pages.WriteDictionary(page.Written, EntryCount);
    }

    (long Size, int PageCount) WriteData(ColumnBuffer buffer, ValueEncoding encoding)
    {
        long size = 0;
        var pageCount = 0;
        var value = 0;
        for (var row = 0; row < buffer.Count;)
        {
            var rowCount = Math.Min(buffer.Count - row, options.PageRowsMax);
            if (encoding != ValueEncoding.RleDictionary)
                rowCount = Math.Min(rowCount, PlainPageRows(buffer, row));
            var page = workspace.Page;
            page.Clear();
            var valueCount = WriteLevels(buffer, row, rowCount, page);
            if (encoding == ValueEncoding.RleDictionary)
                EncodeCodes(workspace.Codes(value + valueCount)[value..], page);
            else
                Encode(value, valueCount, encoding, page);
            size += pages.WriteData(page.Written, rowCount, encoding);
            pageCount++;
            row += rowCount;
            value += valueCount;
        }
        return (size, pageCount);
    }

    // Definition level 1 is a value, 0 a null: the validity bits themselves, behind their length.
    static int WriteLevels(ColumnBuffer buffer, int row, int rowCount, ByteBuffer page)
    {
        page.Reserve(4);
        page.Advance(4);
        RleBitPackedEncoder.EncodeBits(buffer.Validity, row, rowCount, page);
        BinaryPrimitives.WriteInt32LittleEndian(page.At(0, 4), page.Count - 4);
        return buffer.NullCount == 0 ? rowCount : BitRun.CountSet(buffer.Validity, row, rowCount);
    }

    void EncodeCodes(ReadOnlySpan<int> codes, ByteBuffer page)
    {
        // Width 0 would do for a single entry, but not every reader takes it.
        var width = Math.Max(1, BitPacking.WidthOf((ulong)(EntryCount - 1)));
        page.WriteByte((byte)width);
        RleBitPackedEncoder.Encode(codes, width, page);
    }
}
