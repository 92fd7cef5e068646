using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Kafka.Protocol;
using Tapline.Native.Codecs;

namespace Tapline.Kafka.Client.Records;

/// <summary>Turns fetched batches into chunks. Plain batches stay where they were received; compressed ones go into
/// memory of its own, which is valid until <see cref="Begin"/>.</summary>
sealed class RecordDecoder(int batchBytesMax) : IDisposable
{
    const int KeepBytesMax = 64 << 20;

    readonly BatchDecompressor _decompressor = new(batchBytesMax);
    readonly RecordBuffer _plain = new();
    readonly SlotList _slots = new();

    /// <summary>Starts a poll: the chunks of the last one are no longer valid.</summary>
    public void Begin()
    {
        _plain.Clear(KeepBytesMax);
        _slots.Truncate(0);
    }

    /// <summary>Decodes batches of a run, until it ends or about <paramref name="bytesMax"/> bytes are reached, and
    /// says how many bytes that were. A batch that cannot be read ends it early when there is something before it, and
    /// throws <see cref="TaplineException"/> when it comes first, so that no record is lost by the exception.</summary>
    public long Decode(FetchedRun run, ReadOnlyMemory<byte> answer, int bytesMax, List<RecordChunk> chunks)
    {
        long total = 0;
        while (total < bytesMax && !run.IsEmpty)
        {
            var start = _slots.Count;
            var offset = run.Position.Next;
            var isPlain = run.IsNextPlain(answer.Span);
            var failure = DecodeAlike(run, answer.Span, isPlain, bytesMax, ref total);
            if (run.Position.Next != offset)
            {
                chunks.Add(new RecordChunk(
                    run.Position.Partition,
                    isPlain ? answer : _plain.Written,
                    _slots.From(start),
                    run.Position.Next));
            }
            if (failure is not null)
                return chunks.Count > 0 ? total : throw Unreadable(run.Position, failure);
        }
        return total;
    }

    /// <inheritdoc/>
    public void Dispose() => _decompressor.Dispose();

    /// <summary>Decodes batches as long as all are plain or all are compressed.</summary>
    Exception? DecodeAlike(FetchedRun run, ReadOnlySpan<byte> answer, bool isPlain, int bytesMax, ref long total)
    {
        while (total < bytesMax && !run.IsEmpty && run.IsNextPlain(answer) == isPlain)
        {
            var slotCount = _slots.Count;
            try
            {
                total += DecodeNext(run, answer);
            }
            catch (Exception failure) when (failure is MalformedMessageException or CompressionException)
            {
                _slots.Truncate(slotCount);
                return failure;
            }
        }
        return null;
    }

    int DecodeNext(FetchedRun run, ReadOnlySpan<byte> answer)
    {
        var batch = run.Next(answer, out var header);
        var position = run.Position;
        var size = 0;
        if (header.LastOffset >= position.Next)
        {
            if (!RecordBatchHeader.HasValidCrc(batch))
                throw new MalformedMessageException("its checksum is wrong");
            if (!header.IsControl)
                size = Walk(run, answer, batch, header);
            position.Next = header.LastOffset + 1;
        }
        run.Skip(batch.Length);
        return size;
    }

    int Walk(FetchedRun run, ReadOnlySpan<byte> answer, ReadOnlySpan<byte> batch, in RecordBatchHeader header)
    {
        if (header.Codec == RecordCodec.None)
        {
            var records = answer[..(run.Start + batch.Length)];
            RecordWalk.Add(records, run.Start + RecordBatchHeader.Size, header, run.Position.Next, _slots);
            return batch.Length;
        }
        var start = _plain.Count;
        var length = _decompressor.Decompress((int)header.Codec, batch[RecordBatchHeader.Size..], _plain);
        RecordWalk.Add(_plain.Written.Span, start, header, run.Position.Next, _slots);
        return length;
    }

    /// <summary>What a person is told about a batch at the position that cannot be read.</summary>
    public static TaplineException Unreadable(PartitionPosition position, Exception cause) => new(
        $"the batch at offset {position.Next} of {position.Partition} cannot be read: {cause.Message}",
        "The log holds it so: restore the partition, or start behind that batch.",
        cause);
}
