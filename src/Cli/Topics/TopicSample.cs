using System.Text;
using System.Text.RegularExpressions;
using Tapline.Contracts.Log;

namespace Tapline.Cli.Topics;

/// <summary>Some records of a topic: the first and the newest of each partition.</summary>
/// <param name="Topic">Its name.</param>
/// <param name="Records">How many records it holds, tombstones and all.</param>
/// <param name="Sampled">The records that were looked at.</param>
sealed record TopicSample(string Topic, long Records, IReadOnlyList<SampledRecord> Sampled)
{
    const int FetchBytesMax = 8 << 20;
    static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(5);

    /// <summary>The topics of a pipeline that hold changes, or those that a pattern with <c>*</c> matches.</summary>
    public static async Task<IReadOnlyList<TopicInfo>> TopicsAsync(
        IEventLog log, string prefix, string? pattern, CancellationToken ct)
    {
        var wanted = pattern is null ? null : new Regex(
            $"^{Regex.Escape(pattern).Replace(@"\*", ".*", StringComparison.Ordinal)}$", RegexOptions.CultureInvariant);
        var all = await log.ListTopicsAsync(ct);
        return
        [
            .. all.Where(topic => wanted?.IsMatch(topic.Name)
                    ?? (topic.Name.StartsWith(prefix + ".", StringComparison.Ordinal)
                        && topic.Name[(prefix.Length + 1)..].Split('.').Length == 2))
                .OrderBy(static topic => topic.Name, StringComparer.Ordinal),
        ];
    }

    /// <summary>Reads a sample of at most about <paramref name="countMax"/> records.</summary>
    public static async Task<TopicSample> ReadAsync(IEventLog log, TopicInfo topic, int countMax, CancellationToken ct)
    {
        var records = 0L;
        var sampled = new List<SampledRecord>();
        var share = Math.Max(2, countMax / topic.Partitions) / 2;
        await using var reader = log.OpenReader("tapline-sample");
        for (var number = 0; number < topic.Partitions; number++)
        {
            var partition = new TopicPartition(topic.Name, number);
            var held = await log.OffsetsAsync(partition, ct);
            records += held.End - held.Start;
            var middle = Math.Min(held.End, held.Start + share);
            await ReadAsync(reader, partition, held.Start, middle, sampled, ct);
            await ReadAsync(reader, partition, Math.Max(middle, held.End - share), held.End, sampled, ct);
        }
        return new TopicSample(topic.Name, records, sampled);
    }

    static async Task ReadAsync(
        IEventReader reader, TopicPartition partition, long from, long to, List<SampledRecord> into,
        CancellationToken ct)
    {
        if (from >= to)
            return;
        reader.Assign(partition, from);
        for (var next = from; next < to;)
        {
            var chunks = await reader.PollAsync(WaitMax, FetchBytesMax, ct);
            if (chunks.Count == 0)
                break;
            foreach (var chunk in chunks)
            {
                foreach (var slot in chunk.Slots.Span)
                {
                    if (slot.Offset >= next && slot.Offset < to)
                        into.Add(SampledRecord.Of(chunk, slot));
                }
                next = Math.Max(next, chunk.NextOffset);
            }
        }
        reader.Unassign(partition);
    }
}

/// <summary>One record, copied.</summary>
/// <param name="Partition">Its partition.</param>
/// <param name="Offset">Its offset.</param>
/// <param name="Key">Null for none.</param>
/// <param name="Value">Null for a tombstone.</param>
/// <param name="IsOurs">Whether Tapline's own source wrote it.</param>
sealed record SampledRecord(int Partition, long Offset, byte[]? Key, byte[]? Value, bool IsOurs)
{
    static readonly byte[] SchemaHeader = Encoding.UTF8.GetBytes(TopicNames.SchemaHeader);

    /// <summary>Copies a record out of its chunk.</summary>
    public static SampledRecord Of(RecordChunk chunk, in RecordSlot slot) => new(
        chunk.Partition.Partition,
        slot.Offset,
        slot.KeyLength < 0 ? null : chunk.Key(slot).ToArray(),
        slot.ValueLength < 0 ? null : chunk.Value(slot).ToArray(),
        chunk.TryGetHeader(slot, SchemaHeader, out _));
}
