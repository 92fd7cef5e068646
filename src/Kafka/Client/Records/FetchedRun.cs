using System.Buffers.Binary;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Client.Records;

/// <summary>Whole batches of one partition in an answer; those before <see cref="Start"/> are decoded.</summary>
sealed class FetchedRun
{
    const int AttributesAt = 21;
    const int CodecMask = 0x07;

    readonly int _end;

    /// <summary>Finds the whole batches of what came and moves the position that is fetched next behind them. Throws
    /// <see cref="MalformedMessageException"/> when they are not batches.</summary>
    public FetchedRun(PartitionPosition position, ReadOnlySpan<byte> answer, int start, int end)
    {
        Position = position;
        Start = start;
        while (RecordBatchHeader.TryRead(answer[start..end], out var header) && header.TotalBytes <= end - start)
        {
            position.FetchNext = Math.Max(position.FetchNext, header.LastOffset + 1);
            start += header.TotalBytes;
        }
        _end = start;
    }

    public PartitionPosition Position { get; }

    /// <summary>Where the next batch starts.</summary>
    public int Start { get; private set; }

    /// <summary>Whether nothing is left to decode.</summary>
    public bool IsEmpty => Start >= _end || !Position.IsAssigned;

    /// <summary>Whether the next batch is uncompressed.</summary>
    public bool IsNextPlain(ReadOnlySpan<byte> answer) =>
        (BinaryPrimitives.ReadInt16BigEndian(answer[(Start + AttributesAt)..]) & CodecMask) == 0;

    /// <summary>The next batch and its head.</summary>
    public ReadOnlySpan<byte> Next(ReadOnlySpan<byte> answer, out RecordBatchHeader header) =>
        RecordBatchHeader.TryRead(answer[Start.._end], out header)
            ? answer.Slice(Start, header.TotalBytes)
            : throw new MalformedMessageException("it is cut off");

    public void Skip(int bytes) => Start += bytes;
}
