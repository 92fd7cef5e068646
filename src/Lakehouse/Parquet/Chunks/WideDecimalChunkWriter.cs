using Tapline.Contracts.Columns;
using Tapline.Lakehouse.Parquet.Encodings;
using Tapline.Lakehouse.Parquet.Pages;
using Tapline.Lakehouse.Parquet.Schema;
using Tapline.Lakehouse.Parquet.Statistics;

namespace Tapline.Lakehouse.Parquet.Chunks;

/// <summary>Decimals of more than 18 digits: big-endian bytes of a fixed length, by dictionary or plain.</summary>
sealed class WideDecimalChunkWriter(
    PhysicalColumn column, PageWriter pages, ChunkWorkspace workspace, ParquetOptions options)
    : ColumnChunkWriter(column, pages, workspace, options)
{
    const int DistinctMax = 1 << 16;

    Int128[] _values = [];
    int _count;

    ReadOnlySpan<Int128> Values => _values.AsSpan(0, _count);

    protected override int EntryCount => Workspace.Int128s.Count;

    protected override void Load(ColumnBuffer buffer)
    {
        if (_values.Length < buffer.Count)
            _values = new Int128[buffer.Count];
        _count = DenseValues.Copy(buffer.Int128s, buffer.Validity, _values);
    }

    protected override ValueEncoding Choose(int valueCount)
    {
        var budget = new DictionaryBudget(
            valueCount, Math.Min(DistinctMax, Math.Max(valueCount / 8, Math.Min(valueCount / 2, 1000))));
        return Workspace.Int128s.TryEncode(Values, Workspace.Codes(valueCount), budget)
            ? ValueEncoding.RleDictionary
            : ValueEncoding.Plain;
    }

    protected override void WriteEntries(ByteBuffer page) =>
        PlainEncoder.EncodeDecimals(Workspace.Int128s.Entries, Column.FixedLength, page);

    protected override ColumnStatistics FindBounds(bool overEntries, ColumnStatistics statistics)
    {
        var bounds = NumberBounds.Find(overEntries ? Workspace.Int128s.Entries : Values);
        return statistics with { Min = StatisticsValue.Of(bounds.Min), Max = StatisticsValue.Of(bounds.Max) };
    }

    protected override void Encode(int first, int count, ValueEncoding encoding, ByteBuffer page) =>
        PlainEncoder.EncodeDecimals(Values.Slice(first, count), Column.FixedLength, page);

    protected override int PlainPageRows(ColumnBuffer buffer, int row) =>
        Math.Max(1, Options.PageBytesTarget / Column.FixedLength);
}
