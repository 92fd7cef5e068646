using System.Text;
using Tapline.Contracts.Log;

namespace Tapline.Kafka.Tests.Client;

/// <summary>A record that was read, out of its chunk.</summary>
sealed record ReadRecord(
    TopicPartition Partition, long Offset, long TimestampMs, string? Key, string? Value, string? Header);

/// <summary>Reads until enough records have come.</summary>
static class Reading
{
    public static async Task<List<ReadRecord>> TakeAsync(this IEventReader reader, int count, string header = "h")
    {
        var ct = TestContext.Current.CancellationToken;
        var records = new List<ReadRecord>();
        while (records.Count < count)
        {
            foreach (var chunk in await reader.PollAsync(TimeSpan.FromSeconds(5), 1 << 20, ct))
            {
                foreach (ref readonly var slot in chunk.Slots.Span)
                    records.Add(Copy(chunk, slot, header));
            }
        }
        return records;
    }

    static ReadRecord Copy(RecordChunk chunk, in RecordSlot slot, string header) => new(
        chunk.Partition,
        slot.Offset,
        slot.TimestampMs,
        slot.KeyLength < 0 ? null : Encoding.UTF8.GetString(chunk.Key(slot)),
        slot.ValueLength < 0 ? null : Encoding.UTF8.GetString(chunk.Value(slot)),
        chunk.TryGetHeader(slot, Encoding.UTF8.GetBytes(header), out var value)
            ? Encoding.UTF8.GetString(value)
            : null);
}
