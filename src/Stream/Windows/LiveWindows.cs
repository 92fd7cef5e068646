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

    // Windows over one stream by one time have one watermark.
    readonly Dictionary<(string Stream, string Time), StreamFeeds> _streams = [];
    readonly List<WindowResult> _results = [];
    readonly long _generation = time.GetUtcNow().ToUnixTimeMilliseconds();
    IEventProducer? _producer;

    /// <summary>Whether there are any windows.</summary>
    public bool Any => !declared.IsEmpty;

    /// <summary>Rows that windows have left out: later than they wait, or one window too many.</summary>
    public long LeftOutCount =>
        _streams.Values.Sum(static stream => stream.Feeds.Sum(static feed => feed.LeftOutCount));

    /// <summary>The windows over a stream.</summary>
    public IEnumerable<StreamWindow> Of(string stream) => declared.Where(window => window.Stream == stream);

    /// <summary>Whether windows are kept over a stream.</summary>
    public bool Has(string stream) => declared.Any(window => window.Stream == stream);

    /// <summary>How far back the windows of a stream reach from its newest event, microseconds; 0 for none.</summary>
    public long ReachUs(string stream) => Of(stream)
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
    /// <param name="partitionColumn">The place of the partition.</param>
    /// <param name="counts">Which of them count; null for all.</param>
    public void Add(
        string stream, ImmutableArray<ColumnSchema> columns, ColumnBatch rows, int from, int partitionColumn,
        Func<ColumnBatch, int, bool>? counts = null)
    {
        foreach (var windows in Of(stream).GroupBy(WindowFeed.TimeName))
        {
            if (!_streams.TryGetValue((stream, windows.Key), out var feeds))
            {
                feeds = new StreamFeeds(
                    new EventWatermark(time), [.. windows.Select(window => new WindowFeed(window, columns))]);
                _streams.Add((stream, windows.Key), feeds);
            }
            feeds.Follow(columns);
            feeds.Add(rows, from, partitionColumn, counts);
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

    sealed class StreamFeeds(EventWatermark watermark, ImmutableArray<WindowFeed> feeds)
    {
        ImmutableArray<ColumnSchema> _columns;
        int _timeColumn;

        public EventWatermark Watermark => watermark;

        public ImmutableArray<WindowFeed> Feeds => feeds;

        public void Follow(ImmutableArray<ColumnSchema> columns)
        {
            if (columns == _columns)
                return;
            foreach (var feed in feeds)
                feed.Follow(columns);
            _timeColumn = feeds[0].FindTime(columns);
            _columns = columns;
        }

        public void Add(ColumnBatch rows, int from, int partitionColumn, Func<ColumnBatch, int, bool>? counts)
        {
            var times = rows.Columns[_timeColumn];
            var partitions = rows.Columns[partitionColumn].Int32s;
            for (var row = from; row < rows.Count; row++)
            {
                // A row that says no time is in no window.
                if (times.IsNull(row) || counts?.Invoke(rows, row) == false)
                    continue;
                watermark.Observe(partitions[row], times.Int64s[row]);
                foreach (var feed in feeds)
                    feed.Add(rows, row, times.Int64s[row]);
            }
        }
    }
}
