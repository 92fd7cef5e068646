using System.Buffers.Binary;
using Tapline.Contracts.Columns;
using Tapline.Lakehouse.Parquet.Encodings;
using Tapline.Lakehouse.Parquet.Pages;
using Tapline.Lakehouse.Parquet.Schema;
using Tapline.Lakehouse.Parquet.Statistics;

namespace Tapline.Lakehouse.Parquet.Chunks;

/// <summary>Strings and bytes: by dictionary if enough of them repeat, else lengths and bytes apart.</summary>
sealed class BytesChunkWriter(
    PhysicalColumn column, PageWriter pages, ChunkWorkspace workspace, ParquetOptions options)
    : ColumnChunkWriter(column, pages, workspace, options)
{
    ColumnBuffer _buffer = new(column.Type);
    int[] _denseOffsets = [];
    int _count;

    // A null has no bytes, so that leaving out its offset leaves value n at [n] to [n+1].
    ReadOnlySpan<int> Offsets => _buffer.NullCount == 0 ? _buffer.Offsets : _denseOffsets.AsSpan(0, _count + 1);

    protected override int EntryCount => Workspace.Bytes.Count;

    protected override void Load(ColumnBuffer buffer)
    {
        _buffer = buffer;
        _count = buffer.Count - buffer.NullCount;
        if (buffer.NullCount == 0)
            return;
        if (_denseOffsets.Length < buffer.Count + 1)
            _denseOffsets = new int[buffer.Count + 1];
        DenseValues.Copy(buffer.Offsets[..buffer.Count], buffer.Validity, _denseOffsets);
        _denseOffsets[_count] = buffer.Bytes.Length;
    }

    protected override ValueEncoding Choose(int valueCount)
    {
        var budget = new DictionaryBudget(valueCount, Math.Max(valueCount / 4, Math.Min(valueCount / 2, 1000)));
        var codes = Workspace.Codes(valueCount);
        return Workspace.Bytes.TryEncode(_buffer.Bytes, Offsets, codes, budget, Options.DictionaryBytesMax)
            ? ValueEncoding.RleDictionary
            : Options.UsesDeltas ? ValueEncoding.DeltaLengthByteArray : ValueEncoding.Plain;
    }

    protected override void WriteEntries(ByteBuffer page)
    {
        var bytes = _buffer.Bytes;
        foreach (var (_, _, start, length) in Workspace.Bytes.Entries)
        {
            var room = page.Reserve(4 + length);
            BinaryPrimitives.WriteInt32LittleEndian(room, length);
            bytes.Slice(start, length).CopyTo(room[4..]);
            page.Advance(4 + length);
        }
    }

    protected override ColumnStatistics FindBounds(bool overEntries, ColumnStatistics statistics)
    {
        var bounds = new BytesBounds(_buffer.Bytes);
        if (overEntries)
        {
            foreach (var entry in Workspace.Bytes.Entries)
                bounds.Include(entry.Start, entry.Length);
        }
        else
        {
            var offsets = Offsets;
            for (var i = 0; i < offsets.Length - 1; i++)
                bounds.Include(offsets[i], offsets[i + 1] - offsets[i]);
        }
        return statistics with { Min = StatisticsValue.Of(bounds.Min), Max = StatisticsValue.Of(bounds.Max) };
    }

    protected override void Encode(int first, int count, ValueEncoding encoding, ByteBuffer page)
    {
        var offsets = Offsets.Slice(first, count + 1);
        if (encoding == ValueEncoding.Plain)
            PlainEncoder.EncodeBytes(_buffer.Bytes, offsets, page);
        else
            DeltaLengthEncoder.Encode(_buffer.Bytes, offsets, Workspace.Codes(count), page);
    }

    protected override int PlainPageRows(ColumnBuffer buffer, int row)
    {
        // Each value costs its length's four bytes too. At least one row, however long.
        var offsets = buffer.Offsets;
        var low = row + 1;
        var high = buffer.Count;
        while (low < high)
        {
            var middle = low + (high - low + 1) / 2;
            if (offsets[middle] - offsets[row] + 4L * (middle - row) <= Options.PageBytesTarget)
                low = middle;
            else
                high = middle - 1;
        }
        return low - row;
    }
}
