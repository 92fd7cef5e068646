using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb.Native;

namespace Tapline.Lakehouse.DuckDb;

/// <summary>A DuckDB type with its parts.</summary>
public sealed record DuckDbType(DuckDbTypeKind Kind)
{
    /// <summary>Digits of a decimal in all; 0 for others.</summary>
    public int Width { get; init; }

    /// <summary>Digits of a decimal after the point.</summary>
    public int Scale { get; init; }

    /// <summary>Members of a struct or union; <c>key</c> and <c>value</c> of a map; the one element of a list or
    /// array.</summary>
    public ImmutableArray<DuckDbMember> Members { get; init; } = [];

    /// <summary>The dictionary of an enum.</summary>
    public ImmutableArray<string> EnumValues { get; init; } = [];

    /// <summary>Values a row of an array.</summary>
    public int ArraySize { get; init; }

    /// <summary>The name of a type that is another one underneath, e.g. <c>JSON</c>; null for most.</summary>
    public string? Alias { get; init; }

    /// <summary>VARCHAR.</summary>
    public static DuckDbType Varchar { get; } = new(DuckDbTypeKind.Varchar);

    /// <summary>BIGINT.</summary>
    public static DuckDbType BigInt { get; } = new(DuckDbTypeKind.BigInt);

    /// <summary>UBIGINT.</summary>
    public static DuckDbType UBigInt { get; } = new(DuckDbTypeKind.UBigInt);

    /// <summary>BOOLEAN.</summary>
    public static DuckDbType Boolean { get; } = new(DuckDbTypeKind.Boolean);

    /// <summary>DOUBLE.</summary>
    public static DuckDbType Double { get; } = new(DuckDbTypeKind.Double);

    /// <summary>DECIMAL(width, scale), width 1 to 38.</summary>
    public static DuckDbType Decimal(int width, int scale) =>
        new(DuckDbTypeKind.Decimal) { Width = width, Scale = scale };

    /// <summary>The type that holds a lake column's values.</summary>
    public static DuckDbType Of(ColumnSchema column) => column.Type switch
    {
        ColumnType.Boolean => Boolean,
        ColumnType.Int16 => new(DuckDbTypeKind.SmallInt),
        ColumnType.Int32 => new(DuckDbTypeKind.Integer),
        ColumnType.Int64 => BigInt,
        ColumnType.Float32 => new(DuckDbTypeKind.Float),
        ColumnType.Float64 => Double,
        ColumnType.Decimal => Decimal(column.Precision, column.Scale),
        ColumnType.String => Varchar,
        ColumnType.Binary => new(DuckDbTypeKind.Blob),
        ColumnType.Date => new(DuckDbTypeKind.Date),
        ColumnType.Timestamp => new(DuckDbTypeKind.TimestampTz),
        _ => throw new ArgumentOutOfRangeException(nameof(column), column.Type, "unknown column type"),
    };

    /// <summary>The type as SQL spells it.</summary>
    public override string ToString() => Alias ?? Kind switch
    {
        DuckDbTypeKind.Decimal => $"DECIMAL({Width},{Scale})",
        DuckDbTypeKind.TimestampTz => "TIMESTAMP WITH TIME ZONE",
        DuckDbTypeKind.TimestampSeconds => "TIMESTAMP_S",
        DuckDbTypeKind.TimestampMilliseconds => "TIMESTAMP_MS",
        DuckDbTypeKind.TimestampNanoseconds => "TIMESTAMP_NS",
        DuckDbTypeKind.TimeTz => "TIME WITH TIME ZONE",
        DuckDbTypeKind.TimeNanoseconds => "TIME_NS",
        DuckDbTypeKind.SqlNull => "\"NULL\"",
        DuckDbTypeKind.List => $"{Members[0].Type}[]",
        DuckDbTypeKind.Array => $"{Members[0].Type}[{ArraySize}]",
        DuckDbTypeKind.Map => $"MAP({Members[0].Type}, {Members[1].Type})",
        DuckDbTypeKind.Struct or DuckDbTypeKind.Union =>
            $"{Kind.ToString().ToUpperInvariant()}({string.Join(", ", Members)})",
        DuckDbTypeKind.Enum => $"ENUM({string.Join(", ", EnumValues.Select(SqlText.Literal))})",
        _ => Kind.ToString().ToUpperInvariant(),
    };

    /// <summary>By value, members and dictionary included.</summary>
    public bool Equals(DuckDbType? other) =>
        other is not null && Kind == other.Kind && Width == other.Width && Scale == other.Scale
        && ArraySize == other.ArraySize && Alias == other.Alias
        && Members.AsSpan().SequenceEqual(other.Members.AsSpan())
        && EnumValues.AsSpan().SequenceEqual(other.EnumValues.AsSpan());

    /// <summary>Consistent with <see cref="Equals(DuckDbType?)"/>.</summary>
    public override int GetHashCode() => HashCode.Combine(Kind, Width, Scale, ArraySize, Alias, Members.Length);

    /// <summary>Bytes a value takes in a vector of this type; 0 where values lie in child vectors only.</summary>
    internal int ValueWidth => Kind switch
    {
        DuckDbTypeKind.Boolean or DuckDbTypeKind.TinyInt or DuckDbTypeKind.UTinyInt => 1,
        DuckDbTypeKind.SmallInt or DuckDbTypeKind.USmallInt => 2,
        DuckDbTypeKind.Integer or DuckDbTypeKind.UInteger or DuckDbTypeKind.Float or DuckDbTypeKind.Date
            or DuckDbTypeKind.SqlNull => 4,
        DuckDbTypeKind.Decimal => Width switch { <= 4 => 2, <= 9 => 4, <= 18 => 8, _ => 16 },
        DuckDbTypeKind.Enum => EnumValues.Length switch { <= 256 => 1, <= 65536 => 2, _ => 4 },
        DuckDbTypeKind.HugeInt or DuckDbTypeKind.UHugeInt or DuckDbTypeKind.Uuid or DuckDbTypeKind.Interval => 16,
        DuckDbTypeKind.List or DuckDbTypeKind.Map => 16,
        DuckDbTypeKind.Varchar or DuckDbTypeKind.Blob or DuckDbTypeKind.Bit or DuckDbTypeKind.BigNum => 16,
        DuckDbTypeKind.Struct or DuckDbTypeKind.Union or DuckDbTypeKind.Array => 0,
        _ => 8,
    };

    /// <summary>Whether values are 16-byte string entries.</summary>
    internal bool HasStringEntries =>
        Kind is DuckDbTypeKind.Varchar or DuckDbTypeKind.Blob or DuckDbTypeKind.Bit or DuckDbTypeKind.BigNum;

    internal LogicalTypeHandle ToNative() => Kind switch
    {
        DuckDbTypeKind.Decimal => LogicalTypes.CreateDecimal(checked((byte)Width), checked((byte)Scale)),
        _ when Members.IsEmpty && EnumValues.IsEmpty => LogicalTypes.Create(Kind),
        _ => throw new NotSupportedException($"functions of ours do not declare nested types, found {this}"),
    };

    internal static DuckDbType FromNative(LogicalTypeHandle type)
    {
        var kind = LogicalTypes.Kind(type);
        var plain = new DuckDbType(kind) { Alias = LogicalTypes.Alias(type) };
        return kind switch
        {
            DuckDbTypeKind.Decimal => plain with
            {
                Width = LogicalTypes.DecimalWidth(type),
                Scale = LogicalTypes.DecimalScale(type),
            },
            DuckDbTypeKind.Enum => plain with { EnumValues = ReadEnum(type) },
            DuckDbTypeKind.List => plain with { Members = [Member("element", LogicalTypes.ListChild(type))] },
            DuckDbTypeKind.Array => plain with
            {
                ArraySize = checked((int)LogicalTypes.ArraySize(type)),
                Members = [Member("element", LogicalTypes.ArrayChild(type))],
            },
            DuckDbTypeKind.Map => plain with
            {
                Members = [Member("key", LogicalTypes.MapKey(type)), Member("value", LogicalTypes.MapValue(type))],
            },
            DuckDbTypeKind.Struct => plain with { Members = ReadStruct(type) },
            _ => plain,
        };
    }

    static DuckDbMember Member(string name, LogicalTypeHandle type)
    {
        using (type)
            return new DuckDbMember(name, FromNative(type));
    }

    static ImmutableArray<DuckDbMember> ReadStruct(LogicalTypeHandle type)
    {
        var count = LogicalTypes.StructCount(type);
        var members = ImmutableArray.CreateBuilder<DuckDbMember>();
        for (ulong i = 0; i < count; i++)
            members.Add(Member(LogicalTypes.StructName(type, i) ?? "", LogicalTypes.StructChild(type, i)));
        return members.ToImmutable();
    }

    static ImmutableArray<string> ReadEnum(LogicalTypeHandle type)
    {
        var count = LogicalTypes.EnumSize(type);
        var values = ImmutableArray.CreateBuilder<string>();
        for (uint i = 0; i < count; i++)
            values.Add(LogicalTypes.EnumValue(type, i) ?? "");
        return values.ToImmutable();
    }
}

/// <summary>A part of a nested type.</summary>
public sealed record DuckDbMember(string Name, DuckDbType Type)
{
    /// <summary>Name and type as SQL spells them.</summary>
    public override string ToString() => $"{SqlText.Identifier(Name)} {Type}";
}

/// <summary>A column of a result or of a table function.</summary>
public sealed record DuckDbColumn(string Name, DuckDbType Type);
