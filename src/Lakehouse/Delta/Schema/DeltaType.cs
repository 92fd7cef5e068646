using System.Collections.Immutable;
using System.Globalization;
using Tapline.Contracts.Schema;

namespace Tapline.Lakehouse.Delta.Schema;

/// <summary>A column's type as a Delta schema names it.</summary>
public abstract record DeltaType
{
    DeltaType()
    {
    }

    /// <summary>The type in one line, nested ones as SQL engines write them.</summary>
    public sealed override string ToString() => this switch
    {
        Primitive of => NameOf(of.Type, of.Precision, of.Scale),
        Struct of => $"struct<{string.Join(", ", of.Fields.Select(static field => $"{field.Name}: {field.Type}"))}>",
        Array of => $"array<{of.Element}>",
        Map of => $"map<{of.Key}, {of.Value}>",
        Other of => of.Name,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>A type that the lake's own columns have.</summary>
    public sealed record Primitive(ColumnType Type, int Precision = 0, int Scale = 0) : DeltaType;

    /// <summary>Named members.</summary>
    public sealed record Struct(ImmutableArray<DeltaField> Fields) : DeltaType
    {
        /// <inheritdoc/>
        public bool Equals(Struct? other) =>
            other is not null && Fields.AsSpan().SequenceEqual(other.Fields.AsSpan());

        /// <inheritdoc/>
        public override int GetHashCode() => Fields.Length;
    }

    /// <summary>A list.</summary>
    public sealed record Array(DeltaType Element, bool ContainsNull) : DeltaType;

    /// <summary>Keys with a value each.</summary>
    public sealed record Map(DeltaType Key, DeltaType Value, bool ValueContainsNull) : DeltaType;

    /// <summary>A primitive without a column type of ours: <c>byte</c>, <c>timestamp_ntz</c>, <c>variant</c>,
    /// <c>void</c>; or one that this program does not know.</summary>
    public sealed record Other(string Name) : DeltaType;

    /// <summary>A primitive type by its name in a schema; null for names that no column type of ours stands
    /// for.</summary>
    internal static Primitive? OfName(string name) => name switch
    {
        "boolean" => new Primitive(ColumnType.Boolean),
        "short" => new Primitive(ColumnType.Int16),
        "integer" => new Primitive(ColumnType.Int32),
        "long" => new Primitive(ColumnType.Int64),
        "float" => new Primitive(ColumnType.Float32),
        "double" => new Primitive(ColumnType.Float64),
        "string" => new Primitive(ColumnType.String),
        "binary" => new Primitive(ColumnType.Binary),
        "date" => new Primitive(ColumnType.Date),
        "timestamp" => new Primitive(ColumnType.Timestamp),
        _ => DecimalOf(name),
    };

    /// <summary>A column type's name in a schema.</summary>
    internal static string NameOf(ColumnType type, int precision, int scale) => type switch
    {
        ColumnType.Boolean => "boolean",
        ColumnType.Int16 => "short",
        ColumnType.Int32 => "integer",
        ColumnType.Int64 => "long",
        ColumnType.Float32 => "float",
        ColumnType.Float64 => "double",
        ColumnType.Decimal => $"decimal({precision},{scale})",
        ColumnType.String => "string",
        ColumnType.Binary => "binary",
        ColumnType.Date => "date",
        ColumnType.Timestamp => "timestamp",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "unknown column type"),
    };

    // decimal, decimal(10,2), decimal(10, 2); without digits it is decimal(10,0).
    static Primitive? DecimalOf(string name)
    {
        if (name == "decimal")
            return new Primitive(ColumnType.Decimal, 10, 0);
        if (!name.StartsWith("decimal(", StringComparison.Ordinal) || name[^1] != ')')
            return null;
        var digits = name["decimal(".Length..^1].Split(',', StringSplitOptions.TrimEntries);
        return digits.Length == 2
            && int.TryParse(digits[0], NumberStyles.None, CultureInfo.InvariantCulture, out var precision)
            && int.TryParse(digits[1], NumberStyles.None, CultureInfo.InvariantCulture, out var scale)
            && precision is >= 1 and <= 38 && scale <= precision
                ? new Primitive(ColumnType.Decimal, precision, scale)
                : null;
    }
}
