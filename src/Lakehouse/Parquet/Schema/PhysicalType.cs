namespace Tapline.Lakehouse.Parquet.Schema;

/// <summary>What a Parquet column's values are on disk; the numbers are the format's own.</summary>
enum PhysicalType
{
    Boolean = 0,
    Int32 = 1,
    Int64 = 2,
    Float = 4,
    Double = 5,
    ByteArray = 6,
    FixedLengthByteArray = 7,
}
