namespace Tapline.Contracts.Schema;

/// <summary>What a column holds in the lake. Each case names how <c>ColumnBuffer</c> stores a value.</summary>
public enum ColumnType
{
    /// <summary>One byte, 0 or 1.</summary>
    Boolean,
    /// <summary>16-bit integer, stored in 4 bytes as an Int32.</summary>
    Int16,
    /// <summary>32-bit integer, 4 bytes.</summary>
    Int32,
    /// <summary>64-bit integer, 8 bytes.</summary>
    Int64,
    /// <summary>IEEE single, 4 bytes.</summary>
    Float32,
    /// <summary>IEEE double, 8 bytes.</summary>
    Float64,
    /// <summary>Unscaled integer of value × 10^scale: Int64 (8 bytes) up to precision 18, Int128 (16 bytes) up to
    /// 38.</summary>
    Decimal,
    /// <summary>UTF-8 text of any length.</summary>
    String,
    /// <summary>Bytes of any length.</summary>
    Binary,
    /// <summary>Days since 1970-01-01, 4 bytes.</summary>
    Date,
    /// <summary>Microseconds since 1970-01-01T00:00:00Z, 8 bytes.</summary>
    Timestamp,
}
