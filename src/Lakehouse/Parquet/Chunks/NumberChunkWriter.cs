using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Parquet.Encodings;
using Tapline.Lakehouse.Parquet.Pages;
using Tapline.Lakehouse.Parquet.Schema;
using Tapline.Lakehouse.Parquet.Statistics;

namespace Tapline.Lakehouse.Parquet.Chunks;

/// <summary>Numbers of 4 or 8 bytes: by dictionary if few are distinct, else whole numbers by differences if those are
/// small, else plain. <typeparamref name="TBits"/> is the integer of the same width, under which the dictionary tells
/// floating-point values apart bit by bit.</summary>
sealed class NumberChunkWriter<TValue, TBits>(
    PhysicalColumn column,
    PageWriter pages,
    ChunkWorkspace workspace,
    ParquetOptions options,
    NumberDictionary<TBits> dictionary)
    : ColumnChunkWriter(column, pages, workspace, options)
    where TValue : unmanaged, INumber<TValue>
    where TBits : unmanaged, IBinaryInteger<TBits>
{
    const int DistinctMax = 1 << 16;
    const int SampleValues = 1025;

    TValue[] _dense = [];
    int _count;
    ColumnBuffer? _buffer; // Holds the values when none is null.

    static bool HasDifferences => typeof(TValue) == typeof(int) || typeof(TValue) == typeof(long);

    ReadOnlySpan<TValue> Values => _buffer is { } buffer
        ? MemoryMarshal.Cast<byte, TValue>(buffer.FixedBytes)
        : _dense.AsSpan(0, _count);

    protected override int EntryCount => dictionary.Count;

    protected override void Load(ColumnBuffer buffer)
    {
        _buffer = null;
        var narrows = buffer.Width != Unsafe.SizeOf<TValue>();
        if (!narrows && buffer.NullCount == 0)
        {
            _buffer = buffer;
            return;
        }
        if (_dense.Length < buffer.Count)
            _dense = new TValue[buffer.Count];
        _count = narrows
            ? Narrow(buffer.Int64s, buffer.Validity, _dense)
            : DenseValues.Copy(MemoryMarshal.Cast<byte, TValue>(buffer.FixedBytes), buffer.Validity, _dense);
    }

    protected override ValueEncoding Choose(int valueCount)
    {
        var differenceBits = HasDifferences && Options.UsesDeltas ? DifferenceBits() : double.MaxValue;
        if (differenceBits <= 4)
            return ValueEncoding.DeltaBinaryPacked;
        var budget = new DictionaryBudget(
            valueCount, Math.Min(DistinctMax, Math.Max(valueCount / 8, Math.Min(valueCount / 2, 1000))));
        var plainBits = 8.0 * Unsafe.SizeOf<TValue>();
        if (dictionary.TryEncode(MemoryMarshal.Cast<TValue, TBits>(Values), Workspace.Codes(valueCount), budget))
        {
            var codeBits = BitPacking.WidthOf((ulong)dictionary.Count) + plainBits * dictionary.Count / valueCount;
            if (codeBits < 1.5 * differenceBits)
                return ValueEncoding.RleDictionary;
        }
        return differenceBits < 0.8 * plainBits ? ValueEncoding.DeltaBinaryPacked : ValueEncoding.Plain;
    }

    protected override void WriteEntries(ByteBuffer page) => PlainEncoder.Encode(dictionary.Entries, page);

    protected override ColumnStatistics FindBounds(bool overEntries, ColumnStatistics statistics)
    {
        var values = overEntries ? MemoryMarshal.Cast<TBits, TValue>(dictionary.Entries) : Values;
        var bounds = NumberBounds.Find(values);
        if (bounds.HasNaN)
            return statistics with { HasNaN = true };
        return statistics with { Min = ValueOf(bounds.Min, isMax: false), Max = ValueOf(bounds.Max, isMax: true) };
    }

    protected override void Encode(int first, int count, ValueEncoding encoding, ByteBuffer page)
    {
        var values = Values.Slice(first, count);
        if (encoding == ValueEncoding.DeltaBinaryPacked)
            DeltaBinaryPackedEncoder.Encode(values, page);
        else
            PlainEncoder.Encode(values, page);
    }

    protected override int PlainPageRows(ColumnBuffer buffer, int row) =>
        Math.Max(1, Options.PageBytesTarget / Unsafe.SizeOf<TValue>());

    // Bits a value by differences, judged by the first ones.
    double DifferenceBits()
    {
        var sample = Values[..Math.Min(Values.Length, SampleValues)];
        Workspace.Sample.Clear();
        DeltaBinaryPackedEncoder.Encode(sample, Workspace.Sample);
        return 8.0 * Workspace.Sample.Count / sample.Length;
    }

    StatisticsValue ValueOf(TValue value, bool isMax)
    {
        if (Column.Type is not (ColumnType.Float32 or ColumnType.Float64))
            return StatisticsValue.Of(Int128.CreateChecked(value));
        // The two zeros are equal but not the same: a bound must include both.
        if (TValue.IsZero(value))
            return StatisticsValue.Of(isMax ? 0.0 : -0.0);
        return StatisticsValue.Of(double.CreateChecked(value));
    }

    // A decimal of up to 9 digits comes in 8 bytes and is stored in 4.
    static int Narrow(ReadOnlySpan<long> values, ReadOnlySpan<ulong> validity, Span<TValue> dense)
    {
        var count = 0;
        for (var row = 0; row < values.Length; row++)
        {
            if ((validity[row >> 6] >> (row & 63) & 1) != 0)
                dense[count++] = TValue.CreateChecked(values[row]);
        }
        return count;
    }
}
