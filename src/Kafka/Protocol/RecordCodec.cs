namespace Tapline.Kafka.Protocol;

/// <summary>How the records of a batch are compressed: the low three bits of its attributes.</summary>
enum RecordCodec
{
    None = 0,
    Gzip = 1,
    Snappy = 2,
    Lz4 = 3,
    Zstd = 4,
}
