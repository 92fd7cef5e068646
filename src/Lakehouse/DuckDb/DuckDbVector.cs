using System.Runtime.CompilerServices;
using Tapline.Lakehouse.DuckDb.Native;

namespace Tapline.Lakehouse.DuckDb;

/// <summary>The values of one column of a chunk, in place. A null row's value is undefined: ask <see cref="IsNull"/>.
/// Not to be used after its chunk is disposed.</summary>
public readonly unsafe ref struct DuckDbVector
{
    const int InlineBytesMax = 12;

    readonly nint _vector;
    readonly byte* _data;
    readonly ulong* _validity;

    internal DuckDbVector(nint vector, DuckDbType type, int count)
    {
        _vector = vector;
        _data = (byte*)Vector.Data(vector);
        _validity = Vector.Validity(vector);
        Type = type;
        Count = count;
    }

    /// <summary>What the values are.</summary>
    public DuckDbType Type { get; }

    /// <summary>How many.</summary>
    public int Count { get; }

    /// <summary>Bit n (from the lowest of word 0) is set when row n has a value; empty when every row has
    /// one.</summary>
    public ReadOnlySpan<ulong> Validity => _validity == null ? default : new(_validity, (Count + 63) >> 6);

    /// <summary>BOOLEAN, 0 or 1.</summary>
    public ReadOnlySpan<byte> Booleans => Values<byte>();

    /// <summary>SMALLINT, and decimals up to 4 digits.</summary>
    public ReadOnlySpan<short> Int16s => Values<short>();

    /// <summary>INTEGER, DATE, and decimals of 5 to 9 digits.</summary>
    public ReadOnlySpan<int> Int32s => Values<int>();

    /// <summary>BIGINT, all timestamps, TIME, and decimals of 10 to 18 digits.</summary>
    public ReadOnlySpan<long> Int64s => Values<long>();

    /// <summary>UBIGINT.</summary>
    public ReadOnlySpan<ulong> UInt64s => Values<ulong>();

    /// <summary>HUGEINT, and decimals from 19 digits.</summary>
    public ReadOnlySpan<Int128> Int128s => Values<Int128>();

    /// <summary>FLOAT.</summary>
    public ReadOnlySpan<float> Float32s => Values<float>();

    /// <summary>DOUBLE.</summary>
    public ReadOnlySpan<double> Float64s => Values<double>();

    /// <summary>All values as bytes, in the machine's byte order.</summary>
    public ReadOnlySpan<byte> FixedBytes => new(_data, Count * Type.ValueWidth);

    /// <summary>Whether a row is null.</summary>
    public bool IsNull(int row) => _validity != null && (_validity[row >> 6] >> (row & 63) & 1) == 0;

    /// <summary>The bytes of a VARCHAR (UTF-8) or BLOB row; empty for null.</summary>
    public ReadOnlySpan<byte> Bytes(int row)
    {
        if (!Type.HasStringEntries)
            throw new InvalidOperationException($"{Type} has no bytes");
        if ((uint)row >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(row), row, $"the vector has {Count} rows");
        if (IsNull(row))
            return default;
        // string_t: 4 bytes of length, then 12 bytes of text, or 4 of prefix and a pointer.
        var entry = _data + ((long)row * 16);
        var length = *(int*)entry;
        return length <= InlineBytesMax ? new(entry + 4, length) : new(*(byte**)(entry + 8), length);
    }

    /// <summary>Where a LIST or MAP row's values lie in <see cref="Elements"/>.</summary>
    public (int Start, int Length) ElementRange(int row) => Type.Kind switch
    {
        DuckDbTypeKind.List or DuckDbTypeKind.Map when (uint)row < (uint)Count =>
            checked(((int)((ulong*)_data)[row * 2], (int)((ulong*)_data)[(row * 2) + 1])),
        DuckDbTypeKind.Array => (row * Type.ArraySize, Type.ArraySize),
        _ => throw new InvalidOperationException($"row {row} of {Count} of type {Type} has no elements"),
    };

    /// <summary>The elements of all rows of a LIST or ARRAY; of a MAP the (key, value) structs.</summary>
    public DuckDbVector Elements => Type.Kind switch
    {
        DuckDbTypeKind.List => new(Vector.ListChild(_vector), Type.Members[0].Type, (int)Vector.ListSize(_vector)),
        DuckDbTypeKind.Map => new(
            Vector.ListChild(_vector),
            new DuckDbType(DuckDbTypeKind.Struct) { Members = Type.Members },
            (int)Vector.ListSize(_vector)),
        DuckDbTypeKind.Array => new(Vector.ArrayChild(_vector), Type.Members[0].Type, Count * Type.ArraySize),
        _ => throw new InvalidOperationException($"{Type} has no elements"),
    };

    /// <summary>A member of a STRUCT, row for row.</summary>
    public DuckDbVector Member(int index) => Type.Kind == DuckDbTypeKind.Struct
        ? new(Vector.StructChild(_vector, (ulong)index), Type.Members[index].Type, Count)
        : throw new InvalidOperationException($"{Type} has no members");

    /// <summary>All values as <typeparamref name="T"/>, whose size must be the type's.</summary>
    internal ReadOnlySpan<T> Values<T>()
        where T : unmanaged =>
        Unsafe.SizeOf<T>() == Type.ValueWidth
            ? new(_data, Count)
            : throw new InvalidOperationException($"{Type} holds {Type.ValueWidth}-byte values, not {typeof(T).Name}");
}
