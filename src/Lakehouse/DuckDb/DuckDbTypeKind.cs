namespace Tapline.Lakehouse.DuckDb;

/// <summary>DuckDB's types, by the numbers of its C API (<c>duckdb_type</c>). Each names how a vector stores a
/// value.</summary>
public enum DuckDbTypeKind
{
    /// <summary>None.</summary>
    Invalid = 0,
    /// <summary>One byte.</summary>
    Boolean = 1,
    /// <summary>Int8.</summary>
    TinyInt = 2,
    /// <summary>Int16.</summary>
    SmallInt = 3,
    /// <summary>Int32.</summary>
    Integer = 4,
    /// <summary>Int64.</summary>
    BigInt = 5,
    /// <summary>Byte.</summary>
    UTinyInt = 6,
    /// <summary>UInt16.</summary>
    USmallInt = 7,
    /// <summary>UInt32.</summary>
    UInteger = 8,
    /// <summary>UInt64.</summary>
    UBigInt = 9,
    /// <summary>Single.</summary>
    Float = 10,
    /// <summary>Double.</summary>
    Double = 11,
    /// <summary>Int64, microseconds since 1970.</summary>
    Timestamp = 12,
    /// <summary>Int32, days since 1970.</summary>
    Date = 13,
    /// <summary>Int64, microseconds of the day.</summary>
    Time = 14,
    /// <summary>Int32 months, Int32 days, Int64 microseconds.</summary>
    Interval = 15,
    /// <summary>Int128.</summary>
    HugeInt = 16,
    /// <summary>UTF-8, by 16-byte string entries.</summary>
    Varchar = 17,
    /// <summary>Bytes, by 16-byte string entries.</summary>
    Blob = 18,
    /// <summary>Unscaled Int16, Int32, Int64 or Int128, by the width.</summary>
    Decimal = 19,
    /// <summary>Int64, seconds since 1970.</summary>
    TimestampSeconds = 20,
    /// <summary>Int64, milliseconds since 1970.</summary>
    TimestampMilliseconds = 21,
    /// <summary>Int64, nanoseconds since 1970.</summary>
    TimestampNanoseconds = 22,
    /// <summary>Byte, UInt16 or UInt32 position in the dictionary, by the dictionary's size.</summary>
    Enum = 23,
    /// <summary>UInt64 offset and length into the child vector.</summary>
    List = 24,
    /// <summary>One child vector a member.</summary>
    Struct = 25,
    /// <summary>A list of (key, value) structs.</summary>
    Map = 26,
    /// <summary>Int128 with the top bit flipped.</summary>
    Uuid = 27,
    /// <summary>A struct of a tag and the members.</summary>
    Union = 28,
    /// <summary>A string entry: a byte of padding length, then the bits.</summary>
    Bit = 29,
    /// <summary>UInt64: microseconds in the upper 40 bits, offset in the lower 24.</summary>
    TimeTz = 30,
    /// <summary>Int64, microseconds since 1970 in UTC.</summary>
    TimestampTz = 31,
    /// <summary>UInt128.</summary>
    UHugeInt = 32,
    /// <summary>A fixed number of child values a row.</summary>
    Array = 33,
    /// <summary>Any type, in function declarations.</summary>
    Any = 34,
    /// <summary>Integer of any size.</summary>
    BigNum = 35,
    /// <summary>The type of a bare NULL; stored as Int32.</summary>
    SqlNull = 36,
    /// <summary>A string constant, inside the binder.</summary>
    StringLiteral = 37,
    /// <summary>An integer constant, inside the binder.</summary>
    IntegerLiteral = 38,
    /// <summary>Int64, nanoseconds of the day.</summary>
    TimeNanoseconds = 39,
}
