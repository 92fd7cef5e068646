using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tapline.Contracts.Schema;

namespace Tapline.Contracts.Columns;

/// <summary>The values of one column, row after row, in the layout that encoders read: fixed-width values side by side,
/// or
/// offsets into one piece of bytes; a bit a row says whether the value is there. A null takes a zero slot, so that row
/// n
/// is always at n. Grows as needed, is reused after <see cref="Clear"/>. Not thread-safe.</summary>
public sealed class ColumnBuffer
{
    byte[] _fixed = [];
    byte[] _bytes = [];
    int[] _offsets = [];
    ulong[] _validity = [];
    int _byteCount;
    int _rowsMax; // How many rows the validity and the fixed-width values or the offsets have room for.

    /// <summary>A buffer for a column of this schema.</summary>
    public ColumnBuffer(ColumnSchema schema)
        : this(schema.Type, schema.Precision, schema.Scale)
    {
    }

    /// <summary>A buffer for a type; precision and scale matter for decimals only.</summary>
    public ColumnBuffer(ColumnType type, int precision = 0, int scale = 0)
    {
        Type = type;
        Precision = precision;
        Scale = scale;
        Width = WidthOf(type, precision);
        if (Width == 0)
            _offsets = [0];
    }

    /// <summary>What the values are.</summary>
    public ColumnType Type { get; }

    /// <summary>Decimal digits in all.</summary>
    public int Precision { get; }

    /// <summary>Decimal digits after the point.</summary>
    public int Scale { get; }

    /// <summary>Bytes a value: 1, 4, 8 or 16; 0 for strings and bytes.</summary>
    public int Width { get; }

    /// <summary>How many rows.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them are null.</summary>
    public int NullCount { get; private set; }

    /// <summary>Bytes held by values, an estimate of the memory that the rows need.</summary>
    public long ByteCount => Width == 0 ? _byteCount + 4L * Count : (long)Width * Count;

    /// <summary>Bit n (from the lowest of word 0) is set when row n has a value.</summary>
    public ReadOnlySpan<ulong> Validity => _validity.AsSpan(0, (Count + 63) >> 6);

    /// <summary>Values of a Boolean column, 0 or 1.</summary>
    public ReadOnlySpan<byte> Booleans => Fixed<byte>(1);

    /// <summary>Values of an Int16, Int32 or Date column.</summary>
    public ReadOnlySpan<int> Int32s => Fixed<int>(4);

    /// <summary>Values of an Int64, Timestamp or narrow Decimal column.</summary>
    public ReadOnlySpan<long> Int64s => Fixed<long>(8);

    /// <summary>Values of a wide Decimal column.</summary>
    public ReadOnlySpan<Int128> Int128s => Fixed<Int128>(16);

    /// <summary>Values of a Float32 column.</summary>
    public ReadOnlySpan<float> Float32s => Fixed<float>(4);

    /// <summary>Values of a Float64 column.</summary>
    public ReadOnlySpan<double> Float64s => Fixed<double>(8);

    /// <summary>For String and Binary: row n is at [n] to [n+1] of <see cref="Bytes"/>. One more entry than
    /// rows.</summary>
    public ReadOnlySpan<int> Offsets => _offsets.AsSpan(0, Width == 0 ? Count + 1 : 0);

    /// <summary>The bytes of a String or Binary column, all rows one after the other.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _byteCount);

    /// <summary>All fixed-width values as bytes, in the machine's byte order.</summary>
    public ReadOnlySpan<byte> FixedBytes => _fixed.AsSpan(0, Count * Width);

    /// <summary>Bytes a value of a type takes in a buffer; 0 for strings and bytes.</summary>
    public static int WidthOf(ColumnType type, int precision) => type switch
    {
        ColumnType.Boolean => 1,
        ColumnType.Int16 or ColumnType.Int32 or ColumnType.Date or ColumnType.Float32 => 4,
        ColumnType.Int64 or ColumnType.Timestamp or ColumnType.Float64 => 8,
        ColumnType.Decimal => precision <= 18 ? 8 : 16,
        ColumnType.String or ColumnType.Binary => 0,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "unknown column type"),
    };

    /// <summary>Whether a row is null.</summary>
    public bool IsNull(int row) => (_validity[row >> 6] >> (row & 63) & 1) == 0;

    /// <summary>The bytes of a String or Binary row; empty for null.</summary>
    public ReadOnlySpan<byte> Value(int row) => _bytes.AsSpan(_offsets[row], _offsets[row + 1] - _offsets[row]);

    /// <summary>The bytes of a fixed-width row; zeros for null.</summary>
    public ReadOnlySpan<byte> FixedValue(int row) => _fixed.AsSpan(row * Width, Width);

    /// <summary>Adds a null.</summary>
    public void AppendNull()
    {
        if (Count >= _rowsMax)
            GrowRows(Count + 1);
        if (Width == 0)
            _offsets[Count + 1] = _byteCount;
        else
            _fixed.AsSpan(Count * Width, Width).Clear();
        NullCount++;
        Count++;
    }

    /// <summary>Adds to a Boolean column.</summary>
    public void Append(bool value) => AppendFixed(value ? (byte)1 : (byte)0);

    /// <summary>Adds to an Int16, Int32 or Date column.</summary>
    public void Append(int value) => AppendFixed(value);

    /// <summary>Adds to an Int64, Timestamp or narrow Decimal column.</summary>
    public void Append(long value) => AppendFixed(value);

    /// <summary>Adds to a wide Decimal column.</summary>
    public void Append(Int128 value) => AppendFixed(value);

    /// <summary>Adds to a Float32 column.</summary>
    public void Append(float value) => AppendFixed(value);

    /// <summary>Adds to a Float64 column.</summary>
    public void Append(double value) => AppendFixed(value);

    /// <summary>Adds to a String (UTF-8) or Binary column.</summary>
    public void Append(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Reserve(value.Length));
        Commit(value.Length);
    }

    /// <summary>Room for a String or Binary value of at most <paramref name="lengthMax"/> bytes, to be filled and then
    /// closed by <see cref="Commit"/>; nothing is added until then.</summary>
    public Span<byte> Reserve(int lengthMax)
    {
        if (_bytes.Length - _byteCount < lengthMax)
            Array.Resize(ref _bytes, Grown(_bytes.Length, _byteCount + lengthMax));
        return _bytes.AsSpan(_byteCount, lengthMax);
    }

    /// <summary>Adds the first <paramref name="length"/> bytes of the last <see cref="Reserve"/> as a row.</summary>
    public void Commit(int length)
    {
        _byteCount += length;
        AddValid();
        _offsets[Count] = _byteCount;
    }

    /// <summary>Adds the value of a fixed-width row given as its bytes.</summary>
    public void AppendFixedBytes(ReadOnlySpan<byte> value)
    {
        AddValid();
        value.CopyTo(_fixed.AsSpan((Count - 1) * Width, Width));
    }

    /// <summary>Adds many fixed-width rows at once, given as their bytes side by side. Bit n of
    /// <paramref name="validity"/> is set when row n has a value; empty when every row has one. What stands in the
    /// place of a null is not kept.</summary>
    public void AppendFixedRows(ReadOnlySpan<byte> values, ReadOnlySpan<ulong> validity)
    {
        var first = Count;
        var count = values.Length / Width;
        if (first + count > _rowsMax)
            GrowRows(first + count);
        values.CopyTo(_fixed.AsSpan(first * Width));
        var nulls = AddRows(count, validity);
        for (var row = first; nulls > 0 && row < Count; row++)
        {
            if (IsNull(row))
                _fixed.AsSpan(row * Width, Width).Clear();
        }
    }

    /// <summary>Adds a row of another buffer of the same type and width.</summary>
    public void AppendFrom(ColumnBuffer source, int row)
    {
        if (source.IsNull(row))
            AppendNull();
        else if (Width == 0)
            Append(source.Value(row));
        else
            AppendFixedBytes(source.FixedValue(row));
    }

    /// <summary>Takes the last rows away again, down to <paramref name="count"/>.</summary>
    public void Truncate(int count)
    {
        for (var row = count; row < Count; row++)
        {
            if (IsNull(row))
                NullCount--;
            _validity[row >> 6] &= ~(1UL << (row & 63));
        }
        Count = count;
        if (Width == 0)
            _byteCount = _offsets[count];
    }

    /// <summary>Forgets all rows and keeps the memory.</summary>
    public void Clear()
    {
        Array.Clear(_validity, 0, (Count + 63) >> 6);
        Count = 0;
        NullCount = 0;
        _byteCount = 0;
    }

    void AppendFixed<T>(T value)
        where T : unmanaged, INumber<T>
    {
        if (Unsafe.SizeOf<T>() != Width)
            throw WrongWidth(typeof(T));
        AddValid();
        MemoryMarshal.Write(_fixed.AsSpan((Count - 1) * Unsafe.SizeOf<T>()), value);
    }

    InvalidOperationException WrongWidth(Type type) =>
        new($"a {Type} column holds {Width}-byte values, not {type.Name}");

    /// <summary>Adds a row that is not null; its value is still to be written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void AddValid()
    {
        var row = Count;
        if (row >= _rowsMax)
            GrowRows(row + 1);
        _validity[row >> 6] |= 1UL << (row & 63);
        Count = row + 1;
    }

    void GrowRows(int wanted)
    {
        var rowsMax = Grown(_rowsMax, wanted);
        Array.Resize(ref _validity, (rowsMax + 63) >> 6);
        if (Width == 0)
            Array.Resize(ref _offsets, rowsMax + 1);
        else
            Array.Resize(ref _fixed, rowsMax * Width);
        _rowsMax = rowsMax;
    }

    int AddRows(int count, ReadOnlySpan<ulong> validity)
    {
        var nulls = 0;
        for (var done = 0; done < count; done += 64)
        {
            var rows = Math.Min(64, count - done);
            var valid = validity.IsEmpty ? ulong.MaxValue : validity[done >> 6];
            valid &= ulong.MaxValue >> (64 - rows);
            nulls += rows - BitOperations.PopCount(valid);
            var at = Count + done;
            _validity[at >> 6] |= valid << (at & 63);
            if ((at & 63) + rows > 64)
                _validity[(at >> 6) + 1] |= valid >> (64 - (at & 63));
        }
        Count += count;
        NullCount += nulls;
        return nulls;
    }

    ReadOnlySpan<T> Fixed<T>(int width)
        where T : unmanaged =>
        Width == width
            ? MemoryMarshal.Cast<byte, T>(_fixed.AsSpan(0, Count * Width))
            : throw new InvalidOperationException($"a {Type} column holds {Width}-byte values, not {width}-byte ones");

    static int Grown(int length, int wanted) => Math.Max(Math.Max(64, wanted), length + (length >> 1));
}
