namespace Tapline.Contracts.Schema;

/// <summary>Which lake types hold all values of which others.</summary>
public static class TypeWidening
{
    /// <summary>Whether every value of one column fits into another.</summary>
    public static bool Holds(ColumnSchema wide, ColumnSchema narrow) => (wide.Type, narrow.Type) switch
    {
        (ColumnType.Decimal, ColumnType.Decimal) =>
            wide.Scale >= narrow.Scale && wide.Precision - wide.Scale >= narrow.Precision - narrow.Scale,
        (ColumnType.Decimal, _) when IsInteger(narrow.Type) => wide.Precision - wide.Scale >= Digits(narrow.Type),
        (ColumnType.Float64, ColumnType.Float32) => true,
        _ when IsInteger(wide.Type) && IsInteger(narrow.Type) => Digits(wide.Type) >= Digits(narrow.Type),
        var (to, from) => to == from,
    };

    /// <summary>The narrowest type that holds both, under the name and notes of the first; null when there is
    /// none.</summary>
    public static ColumnSchema? Common(ColumnSchema one, ColumnSchema other)
    {
        if (Holds(one, other))
            return one;
        if (Holds(other, one))
            return one with { Type = other.Type, Precision = other.Precision, Scale = other.Scale };
        if (!IsExact(one.Type) || !IsExact(other.Type))
            return null;
        var scale = Math.Max(one.Scale, other.Scale);
        var precision = Math.Max(WholeDigits(one), WholeDigits(other)) + scale;
        return precision > PostgresTypes.DecimalPrecisionMax
            ? null
            : one with { Type = ColumnType.Decimal, Precision = precision, Scale = scale };
    }

    /// <summary>Whether a type holds numbers without rounding.</summary>
    public static bool IsExact(ColumnType type) => type == ColumnType.Decimal || IsInteger(type);

    /// <summary>Whether a type is an integer of some width.</summary>
    public static bool IsInteger(ColumnType type) =>
        type is ColumnType.Int16 or ColumnType.Int32 or ColumnType.Int64;

    static int WholeDigits(ColumnSchema column) =>
        column.Type == ColumnType.Decimal ? column.Precision - column.Scale : Digits(column.Type);

    static int Digits(ColumnType integer) => integer switch
    {
        ColumnType.Int16 => 5,
        ColumnType.Int32 => 10,
        _ => 19,
    };
}
