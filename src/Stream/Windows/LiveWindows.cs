using System.Collections.Immutable;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Windows;

/// <summary>The windows over a lane's streams: takes the rows that the streams accept and tells results to the log,
/// before the lake has the rows. Owned by the lane's task.</summary>
/// <remarks>Results may come twice, from a lane that another worker has taken over too: their generation and revision
/// tell which of two holds. What windows held when a worker ends is found again in the history.</remarks>
sealed class LiveWindows(
    ImmutableArray<StreamWindow> declared, string prefix, IEventLog log, TimeProvider time) : IAsyncDisposable
{
    static readonly Dictionary<string, string> Compacted = new() { ["cleanup.policy"] = "compact" };

    readonly Dictionary<string, StreamFeeds> _streams = new(StringComparer.Ordinal);
    readonly List<WindowResult> _results = [];
    readonly long _generation = time.GetUtcNow().ToUnixTimeMilliseconds();
    IEventProducer? _producer;

    /// <summary>Whether there are any windows.</summary>
    public bool Any => !declared.IsEmpty;

    /// <summary>Rows that windows have left out: later than they wait, or one window too many.</summary>
    public long LeftOutCount =>
        _streams.Values.Sum(static stream => stream.Feeds.Sum(static feed => feed.LeftOutCount));

    /// <summary>Whether windows are kept over a stream.</summary>
    public bool Has(string stream) => declared.Any(window => window.Stream == stream);

    /// <summary>How far back the windows of a stream reach from its newest event, microseconds; 0 for none.</summary>
    public long ReachUs(string stream) => declared
        .Where(window => window.Stream == stream)
        .Select(static window => window.Definition.LatenessUs + window.Definition.Shape switch
        {
            WindowShape.Fixed shape => shape.SizeUs,
            WindowShape.Session shape => shape.MaxUs + (2 * shape.GapUs),
            _ => throw new System.Diagnostics.UnreachableException(),
        })
        .DefaultIfEmpty()
        .Max();

    /// <summary>Forgets all windows.</summary>
    public void Clear() => _streams.Clear();

    /// <summary>Gives rows of a stream to its windows.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="columns">What the rows' columns are.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="from">The first that counts.</param>
    /// <param name="atColumn">The place of the event time.</param>
    /// <param name="partitionColumn">The place of the partition.</param>
    public void Add(
        string stream, ImmutableArray<ColumnSchema> columns, ColumnBatch rows, int from, int atColumn,
        int partitionColumn)
    {
        if (!Has(stream))
            return;
        if (!_streams.TryGetValue(stream, out var feeds))
        {
            feeds = new StreamFeeds(
                new EventWatermark(time),
                [.. declared.Where(window => window.Stream == stream)
                    .Select(window => new WindowFeed(window, columns))]);
            _streams.Add(stream, feeds);
        }
        var times = rows.Columns[atColumn].Int64s;
        var partitions = rows.Columns[partitionColumn].Int32s;
        for (var row = from; row < rows.Count; row++)
        {
            feeds.Watermark.Observe(partitions[row], times[row]);
            foreach (var feed in feeds.Feeds)
                feed.Add(rows, row, times[row]);
        }
    }

    /// <summary>Ends the windows that the watermark has passed, without a word: what they were was told
    /// before.</summary>
    public void Settle()
    {
        foreach (var stream in _streams.Values)
        {
            var watermark = stream.Watermark.Next();
            foreach (var feed in stream.Feeds)
            {
                feed.Windows.TellEarly(_results);
                feed.Windows.Advance(watermark, _results);
            }
        }
        _results.Clear();
    }

    /// <summary>Tells what has changed. Waits only while the log's queue is full.</summary>
    public async ValueTask TellAsync(CancellationToken ct)
    {
        foreach (var stream in _streams.Values)
        {
            var watermark = stream.Watermark.Next();
            foreach (var feed in stream.Feeds)
            {
                feed.Windows.Advance(watermark, _results);
                if (feed.IsEarlyDue(time))
                    feed.Windows.TellEarly(_results);
                if (_results.Count == 0)
                    continue;
                _producer ??= log.OpenProducer("tapline-windows");
                var topic = TopicNames.Live(prefix, feed.Window.Definition.Name);
                if (!feed.HasTopic)
                {
                    await log.EnsureTopicsAsync([new TopicSpec(topic, 1, Compacted)], ct);
                    feed.HasTopic = true;
                }
                foreach (var result in _results)
                {
                    await _producer.AppendAsync(
                        WindowRecord.Of(topic, feed.Window.Definition, result, _generation), ct);
                }
                _results.Clear();
            }
        }
    }

    /// <summary>Completes when the log has all that was told until now.</summary>
    public Task FlushAsync(CancellationToken ct) => _producer?.FlushAsync(ct) ?? Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _producer?.DisposeAsync() ?? ValueTask.CompletedTask;

    sealed record StreamFeeds(EventWatermark Watermark, ImmutableArray<WindowFeed> Feeds);
}
