using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.Streaming.Epochs;
using Tapline.Streaming.Lanes;

namespace Tapline.Streaming;

/// <summary>Turns a source's topics into lake tables, exactly once. Runs the lanes that it owns, each on a task of its
/// own; what the others do is theirs.</summary>
/// <param name="options">How it works.</param>
/// <param name="log">Where changes come from.</param>
/// <param name="lake">Where they go.</param>
/// <param name="duck">Reads the lake's files back.</param>
/// <param name="time">The clock.</param>
/// <param name="newId">Identifiers that nobody else has.</param>
/// <param name="logs">The log for people.</param>
/// <param name="ownership">Which lanes are its own; null for all of them.</param>
public sealed class StreamWorker(
    StreamOptions options,
    IEventLog log,
    IObjectStore lake,
    DuckDbDatabase duck,
    TimeProvider time,
    Func<Guid> newId,
    ILoggerFactory logs,
    ILaneOwnership? ownership = null)
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    readonly ILogger _logger = logs.CreateLogger<StreamWorker>();
    readonly ILaneOwnership _ownership = ownership ?? new AllLanes(options.Lanes, time);
    readonly CancellationTokenSource _stop = new();
    volatile ImmutableSortedDictionary<int, LaneRun> _lanes = ImmutableSortedDictionary<int, LaneRun>.Empty;
    volatile string? _lastFailure;
    volatile Exception? _failure;

    /// <summary>What the worker is doing.</summary>
    public StreamStatus Status
    {
        get
        {
            StreamStatus[] lanes = [.. _lanes.Values.Select(static lane => lane.Status)];
            return StreamStatus.Of(
                lanes, lanes.Select(static lane => lane.LastFailure).FirstOrDefault(static text => text is not null)
                    ?? _lastFailure);
        }
    }

    /// <summary>Works until cancelled, then returns. Throws <see cref="TaplineException"/> for what a person must mend
    /// before another start; anything else, a full disk too, is logged and tried again from the lake.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, _stop.Token);
        try
        {
            await KeepOwningAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop: what is not in the lake is in the log.
        }
        finally
        {
            // They stay in the status: it tells how far the worker has come.
            foreach (var lane in _lanes.Values)
                await lane.StopAsync();
        }
        if (_failure is { } failure)
            ExceptionDispatchInfo.Throw(failure);
    }

    // One lane that a person must mend ends the worker: the others are stopped.
    void Fail(Exception failure)
    {
        _failure ??= failure;
        // The other way round, CancelAsync, goes through the thread pool and leaves the scheduler.
        _stop.Cancel();
    }

    async Task KeepOwningAsync(CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await new LakeLanes(lake).SettleAsync(options.Lanes, ct);
                await _ownership.RunAsync(OwnAsync, ct);
                return;
            }
            catch (Exception failure) when (
                failure is not TaplineException { IsTransient: false } and not OutOfMemoryException
                && !ct.IsCancellationRequested)
            {
                _logger.LanesNotOwned(failure);
                _lastFailure = failure.Message;
            }
            await OwnAsync([]);
            await Task.Delay(Pause, time, ct);
        }
    }

    // Those that go are stopped first: what they hold is free before others are loaded.
    async Task OwnAsync(IReadOnlyCollection<int> owned)
    {
        foreach (var (number, lane) in _lanes.Where(lane => !owned.Contains(lane.Key)).ToArray())
        {
            await lane.StopAsync();
            _lastFailure = lane.Status.LastFailure ?? _lastFailure;
            _lanes = _lanes.Remove(number);
            _logger.LaneReleased(number);
        }
        foreach (var number in owned.Where(number => !_lanes.ContainsKey(number)))
        {
            var lane = new LaneRun(options.Of(number), OpenServices, time, _logger);
            _lanes = _lanes.Add(number, lane);
            lane.Start(Fail);
            _logger.LaneTaken(number);
        }
    }

    LaneServices OpenServices() =>
        new(log, lake, duck, new DeltaServices(time, newId), time, newId().ToString("N"), _logger);
}
