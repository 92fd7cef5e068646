using System.Buffers;

namespace Tapline.Kafka.Protocol;

/// <summary>Unpacks the records of compressed batches. The broker needs it for compaction alone.</summary>
interface IRecordCodecs
{
    /// <summary>Whether batches of this codec can be unpacked here.</summary>
    bool Supports(RecordCodec codec);

    /// <summary>Appends the plain records to <paramref name="output"/>. Throws <see cref="MalformedMessageException"/>
    /// on malformed input and as soon as they would become more than <paramref name="bytesMax"/>.</summary>
    void Decompress(RecordCodec codec, ReadOnlySpan<byte> packed, IBufferWriter<byte> output, int bytesMax);
}
