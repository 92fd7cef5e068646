namespace Tapline.Lakehouse.Parquet.Encodings;

/// <summary>How a page's values are laid out; the numbers are the format's own.
/// https://github.com/apache/parquet-format/blob/master/Encodings.md</summary>
enum ValueEncoding
{
    Plain = 0,
    Rle = 3,
    DeltaBinaryPacked = 5,
    DeltaLengthByteArray = 6,
    RleDictionary = 8,
}
