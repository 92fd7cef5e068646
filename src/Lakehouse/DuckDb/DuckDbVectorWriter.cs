using System.Runtime.CompilerServices;
using System.Text.Unicode;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb.Native;

namespace Tapline.Lakehouse.DuckDb;

/// <summary>Fills one column for DuckDB, in place. Rows start out valid and undefined. Not to be kept beyond the call
/// that handed it out.</summary>
public readonly unsafe ref struct DuckDbVectorWriter
{
    readonly nint _vector;
    readonly byte* _data;

    internal DuckDbVectorWriter(nint vector, DuckDbType type, int capacity)
    {
        _vector = vector;
        _data = (byte*)Vector.Data(vector);
        Type = type;
        Capacity = capacity;
    }

    /// <summary>What the values are.</summary>
    public DuckDbType Type { get; }

    /// <summary>How many rows there is room for.</summary>
    public int Capacity { get; }

    /// <summary>Room for the values of a fixed-width type; <typeparamref name="T"/> must have the type's
    /// size.</summary>
    public Span<T> Values<T>()
        where T : unmanaged =>
        Unsafe.SizeOf<T>() == Type.ValueWidth && !Type.HasStringEntries
            ? new(_data, Capacity)
            : throw new InvalidOperationException($"{Type} holds {Type.ValueWidth}-byte values, not {typeof(T).Name}");

    /// <summary>Makes a row null.</summary>
    public void SetNull(int row)
    {
        CheckRow(row);
        Vector.EnsureValidityWritable(_vector);
        Vector.Validity(_vector)[row >> 6] &= ~(1UL << (row & 63));
    }

    /// <summary>Sets a VARCHAR or BLOB row; text must be UTF-8.</summary>
    public void SetBytes(int row, ReadOnlySpan<byte> value)
    {
        CheckRow(row);
        if (!Type.HasStringEntries)
            throw new InvalidOperationException($"{Type} takes no bytes");
        if (Type.Kind == DuckDbTypeKind.Varchar && !Utf8.IsValid(value))
            throw new InvalidDataException($"row {row} is {value.Length} bytes that are not UTF-8");
        fixed (byte* bytes = value)
            Vector.AssignBytes(_vector, (ulong)row, bytes, (ulong)value.Length);
    }

    /// <summary>Fills rows 0 to <paramref name="count"/> from a column buffer of the same lake type, nulls
    /// included.</summary>
    public void CopyFrom(ColumnBuffer source, int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Capacity);
        if (source.Width == 0)
            CopyBytes(source, first, count);
        else if (source.Width == Type.ValueWidth)
            source.FixedBytes
                .Slice(first * source.Width, count * source.Width)
                .CopyTo(new(_data, count * source.Width));
        else
            CopyNarrowed(source, first, count);
        if (source.NullCount == 0)
            return;
        for (var row = 0; row < count; row++)
        {
            if (source.IsNull(first + row))
                SetNull(row);
        }
    }

    void CopyBytes(ColumnBuffer source, int first, int count)
    {
        for (var row = 0; row < count; row++)
            SetBytes(row, source.Value(first + row));
    }

    // DuckDB keeps a decimal, and a smallint, in as few bytes as the type allows; a buffer has 4, 8 or 16.
    void CopyNarrowed(ColumnBuffer source, int first, int count)
    {
        switch (source.Type, source.Width, Type.ValueWidth)
        {
            case (ColumnType.Int16, sizeof(int), sizeof(short)):
                var integers = source.Int32s.Slice(first, count);
                for (var row = 0; row < count; row++)
                    ((short*)_data)[row] = (short)integers[row];
                break;
            case (ColumnType.Decimal, sizeof(long), sizeof(short)):
                var small = source.Int64s.Slice(first, count);
                for (var row = 0; row < count; row++)
                    ((short*)_data)[row] = (short)small[row];
                break;
            case (ColumnType.Decimal, sizeof(long), sizeof(int)):
                var medium = source.Int64s.Slice(first, count);
                for (var row = 0; row < count; row++)
                    ((int*)_data)[row] = (int)medium[row];
                break;
            default:
                throw new InvalidOperationException($"a {source.Type} buffer does not fill {Type}");
        }
    }

    void CheckRow(int row)
    {
        if ((uint)row >= (uint)Capacity)
            throw new ArgumentOutOfRangeException(nameof(row), row, $"the vector has room for {Capacity} rows");
    }
}
