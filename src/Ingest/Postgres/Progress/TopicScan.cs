using Tapline.Contracts.Log;

namespace Tapline.Ingest.Postgres.Progress;

/// <summary>Reads a small topic of one partition from its first record to the end that it has now.</summary>
static class TopicScan
{
    const int BytesMax = 4 << 20;

    static readonly TimeSpan _wait = TimeSpan.FromSeconds(1);

    /// <summary>Hands each record's key and value to <paramref name="visit"/>; a tombstone's value is null.</summary>
    public static async Task ReadAsync(
        IEventLog log, string topic, Action<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>?> visit, CancellationToken ct)
    {
        var partition = new TopicPartition(topic, 0);
        var held = await log.OffsetsAsync(partition, ct);
        await using var reader = log.OpenReader("tapline-ingest");
        reader.Assign(partition, held.Start);
        for (var next = held.Start; next < held.End;)
        {
            foreach (var chunk in await reader.PollAsync(_wait, BytesMax, ct))
            {
                for (var i = 0; i < chunk.Count; i++)
                    Visit(chunk, chunk.Slots.Span[i], visit);
                next = chunk.NextOffset;
            }
        }
    }

    static void Visit(RecordChunk chunk, RecordSlot slot, Action<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>?> visit)
    {
        if (slot.KeyLength < 0)
            return;
        var key = chunk.Bytes.Slice(slot.KeyStart, slot.KeyLength);
        // Without its type the null would become an empty value.
        ReadOnlyMemory<byte>? none = null;
        visit(key, slot.ValueLength < 0 ? none : chunk.Bytes.Slice(slot.ValueStart, slot.ValueLength));
    }
}
