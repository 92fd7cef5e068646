using Microsoft.Extensions.Logging;
using Tapline.Cli.Running;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Maintenance;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.Streaming;

namespace Tapline.Cli.Bench.Lake;

/// <summary>A stream worker between a log of measurements and a lake, which commits whatever it is given at once.
/// Disposing stops it.</summary>
sealed class LaneUnderTest : IAsyncDisposable
{
    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    readonly bool _mergesOnRead;
    readonly TimeProvider _time;
    readonly ILoggerFactory _logs;
    readonly LakeFeed _feed;
    readonly DeviceEvents _events = new();
    readonly DuckDbDatabase _duck = DuckDbDatabase.Open();
    CancellationTokenSource _stop = new();
    StreamWorker? _worker;
    Task _running = Task.CompletedTask;

    /// <summary>Nothing runs before the first changes are put.</summary>
    public LaneUnderTest(IObjectStore lake, bool mergesOnRead, TimeProvider time, ILoggerFactory logs)
    {
        (_mergesOnRead, _time, _logs) = (mergesOnRead, time, logs);
        Lake = new MeteredStore(lake, time);
        _feed = new LakeFeed(DeviceEvents.Prefix, DeviceEvents.Schema, time);
        Services = new DeltaServices(time, RunningPipeline.NewId);
    }

    /// <summary>The lake.</summary>
    public MeteredStore Lake { get; }

    /// <summary>What its tables are opened with.</summary>
    public DeltaServices Services { get; }

    /// <summary>The offset of the next change.</summary>
    public long Offset => _events.Offset;

    /// <summary>Gives the lane rows of a first copy.</summary>
    public Task<LaneCost> ReadAsync(IEnumerable<int> numbers, CancellationToken ct) =>
        PutAsync(_events.Read(numbers), ct);

    /// <summary>Gives the lane updates.</summary>
    public Task<LaneCost> UpdateAsync(IEnumerable<int> numbers, CancellationToken ct) =>
        PutAsync(_events.Update(numbers), ct);

    /// <summary>Starts the worker over, as a process that begins does, and gives it one change. Answers how long it
    /// took until that was in the lake.</summary>
    public async Task<TimeSpan> RestartAsync(CancellationToken ct)
    {
        await StopAsync();
        var change = _events.Update([0]);
        var began = _time.GetTimestamp();
        await PutAsync(change, ct);
        return _time.GetElapsedTime(began);
    }

    /// <summary>Stops the worker; the next changes start it over.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        (_worker, _running) = (null, Task.CompletedTask);
    }

    /// <summary>Writes the files of both tables anew, as <c>table optimize</c> does, and lets the lane name the new
    /// versions.</summary>
    public async Task OptimizeAsync(CancellationToken ct)
    {
        await StopAsync();
        foreach (var root in new[] { $"history/{DeviceEvents.Schema.Table}", $"current/{DeviceEvents.Schema.Table}" })
        {
            var table = await DeltaTable.OpenAsync(Lake, root, Services, ct)
                ?? throw new InvalidOperationException($"{root} is not there");
            await new TableOptimizer(Lake, root).RunAsync(table, ct);
        }
        await UpdateAsync([0], ct);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        _duck.Dispose();
    }

    async Task<LaneCost> PutAsync(IReadOnlyList<RecordChunk> changes, CancellationToken ct)
    {
        if (_worker is null)
            Start();
        var cost = _feed.PutAsync(changes, ct);
        while (await Task.WhenAny(cost, _running, Task.Delay(LookInterval, _time, ct)) != cost)
        {
            if (_running.IsFaulted)
                await _running;
            if (_worker!.Status.LastFailure is { } failure)
                throw new TaplineException($"the lane failed: {failure}");
            ct.ThrowIfCancellationRequested();
        }
        return await cost;
    }

    void Start()
    {
        _stop.Dispose();
        _stop = new CancellationTokenSource();
        var options = new StreamOptions
        {
            Pipeline = DeviceEvents.Prefix,
            Prefix = DeviceEvents.Prefix,
            EpochInterval = TimeSpan.Zero,
            EpochIntervalMax = TimeSpan.Zero,
            MergesOnRead = _mergesOnRead,
            MaintenanceInterval = null,
        };
        _worker = new StreamWorker(options, _feed, Lake, _duck, _time, RunningPipeline.NewId, _logs);
        _running = _worker.RunAsync(_stop.Token);
    }
}
