using Tapline.Contracts.Log;
using Tapline.Streaming.Epochs;
using Tapline.Streaming.Lanes;
using Tapline.Streaming.Ordering;

namespace Tapline.Streaming.Quarantine;

/// <summary>Applies what stands in the replay topic: each record as if it came from where it stood first, in its own
/// place in order, once. Always at the end of an epoch, after all else of it: so an epoch that is repeated is the
/// same.</summary>
/// <param name="options">How the worker works.</param>
/// <param name="services">What the lane works with.</param>
/// <param name="topics">The partitions of the lane.</param>
/// <param name="lake">Its tables.</param>
/// <param name="committer">Says what the newest manifest has.</param>
/// <param name="quarantine">Where the lane's rejections go.</param>
/// <param name="ledger">Takes what became of each record.</param>
/// <param name="apply">Applies a record to its table.</param>
sealed class LaneReplays(
    StreamOptions options,
    LaneServices services,
    LaneTopics topics,
    LakeTables lake,
    EpochCommitter committer,
    QuarantineBuffer quarantine,
    ReplayLedger ledger,
    ReplayAction apply) : IAsyncDisposable
{
    readonly string _topic = TopicNames.Replays(options.Prefix);
    readonly HashSet<LanePartition> _assigned = [];
    IEventReader? _reader;
    IReadOnlyList<RecordChunk> _waiting = [];

    /// <summary>Whether records wait for the end of the epoch.</summary>
    public bool Any => _waiting.Count > 0;

    /// <summary>Whether a topic is the replay topic.</summary>
    public bool IsItsTopic(string topic) => topic == _topic;

    IEventReader Reader =>
        _reader ??= services.Log.OpenReader($"tapline-replay-{options.Pipeline}-{options.Lane}");

    /// <summary>Looks for records, unless some wait already. They stay where the reader has put them.</summary>
    public async Task LookAsync(CancellationToken ct)
    {
        if (Any)
            return;
        foreach (var partition in topics.All)
        {
            if (partition.Id.Topic == _topic && _assigned.Add(partition))
                Reader.Assign(partition.Id, partition.Next);
        }
        if (_assigned.Count > 0)
            _waiting = await Reader.PollAsync(TimeSpan.Zero, options.FetchBytesMax, ct);
    }

    /// <summary>Applies the records that wait.</summary>
    public async Task ApplyAsync(CancellationToken ct)
    {
        foreach (var chunk in _waiting.OrderBy(static chunk => chunk.Partition.Partition))
            await ApplyAsync(chunk, long.MaxValue, ct);
        _waiting = [];
    }

    /// <summary>Applies exactly those that belong to an epoch which is repeated.</summary>
    public async Task FinishAsync(EpochIntent intent, CancellationToken ct)
    {
        if (!intent.To.TryGetValue(_topic, out var ends))
            return;
        foreach (var (number, end) in ends)
        {
            var partition = topics.Find(new TopicPartition(_topic, number))!;
            Reader.Assign(partition.Id, partition.Next);
            while (partition.Next < end)
            {
                foreach (var chunk in await Reader.PollAsync(options.DiscoveryInterval, options.FetchBytesMax, ct))
                    await ApplyAsync(chunk, end, ct);
            }
            Reader.Unassign(partition.Id);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _reader?.DisposeAsync() ?? ValueTask.CompletedTask;

    async Task ApplyAsync(RecordChunk chunk, long until, CancellationToken ct)
    {
        var partition = topics.Find(chunk.Partition)!;
        await ledger.LoadAsync(
            committer.Versions.TryGetValue(ReplayLedger.Root, out var version) ? version : null, ct);
        var records = Read(chunk, partition.Next, until);
        var pasts = new TablePasts(lake, committer.Versions);
        foreach (var record in records)
            await ApplyAsync(record, pasts, ct);
        await pasts.LoadAsync(ct);
        foreach (var record in records)
            await ApplyAsync(record, pasts, ct);
        partition.Next = Math.Max(partition.Next, Math.Min(chunk.NextOffset, until));
    }

    List<ReplayedRecord> Read(RecordChunk chunk, long from, long until)
    {
        var records = new List<ReplayedRecord>();
        foreach (var slot in chunk.Slots.Span)
        {
            if (slot.Offset < from || slot.Offset >= until)
                continue;
            if (ReplayedRecord.Of(chunk, slot) is { } record)
            {
                // Every lane reads the topic: each takes what is its own.
                if (options.Owns(record.Mark.Partition.Topic))
                    records.Add(record);
            }
            else if (options.Owns(_topic))
            {
                quarantine.Add(_topic, QuarantineReason.NotAReplay, "it does not say where it stood", chunk, slot);
            }
        }
        return records;
    }

    async Task ApplyAsync(ReplayedRecord record, TablePasts pasts, CancellationToken ct)
    {
        var home = record.Mark.Partition.Topic == _topic ? null : topics.Find(record.Mark.Partition);
        // What the lane has not come to yet comes by itself: it is not in this lake's quarantine.
        if (!ledger.IsDue(record.Mark) || home?.Next <= record.Mark.Offset)
            return;
        (string, string?)? refusal = null;
        pasts.Forget();
        quarantine.Refused = (reason, detail) => refusal = (reason, detail);
        // The transactions of an epoch are counted, and this belongs to an older one.
        var seen = home?.Order.SeenCount ?? 0;
        try
        {
            if (home is null)
                quarantine.Refused(QuarantineReason.UnknownTable, "the worker does not read its topic");
            else if (record.Slot.ValueLength >= 0)
                await apply(record.Chunk, record.Slot, home, pasts, ct);
        }
        finally
        {
            quarantine.Refused = null;
            home?.Order.SeenCount = seen;
        }
        if (!pasts.IsGathering)
        {
            var outcome = refusal is null ? Outcome(pasts.Verdict) : ReplayLedger.Rejected;
            ledger.Add(record.Mark, outcome, refusal, record.SentUs);
        }
    }

    static string Outcome(Verdict? verdict) => verdict switch
    {
        Verdict.New => ReplayLedger.Applied,
        Verdict.Late => ReplayLedger.Late,
        _ => ReplayLedger.Known,
    };
}

/// <summary>Applies a record of a partition whose turn is over.</summary>
delegate ValueTask ReplayAction(
    RecordChunk chunk, RecordSlot slot, LanePartition partition, TablePasts pasts, CancellationToken ct);
