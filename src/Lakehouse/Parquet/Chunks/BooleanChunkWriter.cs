using System.Diagnostics;
using Tapline.Contracts.Columns;
using Tapline.Lakehouse.Parquet.Encodings;
using Tapline.Lakehouse.Parquet.Pages;
using Tapline.Lakehouse.Parquet.Schema;
using Tapline.Lakehouse.Parquet.Statistics;

namespace Tapline.Lakehouse.Parquet.Chunks;

/// <summary>Booleans: a bit each, never by dictionary.</summary>
sealed class BooleanChunkWriter(
    PhysicalColumn column, PageWriter pages, ChunkWorkspace workspace, ParquetOptions options)
    : ColumnChunkWriter(column, pages, workspace, options)
{
    byte[] _values = [];
    int _count;

    protected override int EntryCount => 0;

    protected override void Load(ColumnBuffer buffer)
    {
        if (_values.Length < buffer.Count)
            _values = new byte[buffer.Count];
        _count = DenseValues.Copy(buffer.Booleans, buffer.Validity, _values);
    }

    protected override ValueEncoding Choose(int valueCount) => ValueEncoding.Plain;

    protected override void WriteEntries(ByteBuffer page) => throw new UnreachableException();

    protected override ColumnStatistics FindBounds(bool overEntries, ColumnStatistics statistics)
    {
        var values = _values.AsSpan(0, _count);
        return statistics with
        {
            Min = StatisticsValue.Of((Int128)(values.Contains((byte)0) ? 0 : 1)),
            Max = StatisticsValue.Of((Int128)(values.Contains((byte)1) ? 1 : 0)),
        };
    }

    protected override void Encode(int first, int count, ValueEncoding encoding, ByteBuffer page) =>
        PlainEncoder.EncodeBooleans(_values.AsSpan(first, count), page);

    protected override int PlainPageRows(ColumnBuffer buffer, int row) => int.MaxValue;
}
