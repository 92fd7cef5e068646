using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.Streaming.Lanes;

namespace Tapline.Streaming;

/// <summary>Turns a source's topics into lake tables, exactly once. Keeps one lane going: when it fails or is fenced by
/// another worker, it is dropped and loaded anew from the lake.</summary>
public sealed class StreamWorker(
    StreamOptions options,
    IEventLog log,
    IObjectStore lake,
    DuckDbDatabase duck,
    TimeProvider time,
    Func<Guid> newId,
    ILoggerFactory logs)
{
    static readonly TimeSpan BackoffMin = TimeSpan.FromSeconds(1);
    static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(30);

    readonly StreamStatusBoard _board = new();
    readonly ILogger _logger = logs.CreateLogger<StreamWorker>();

    /// <summary>What the worker is doing.</summary>
    public StreamStatus Status => _board.Newest;

    /// <summary>Works until cancelled, then returns. Throws <see cref="TaplineException"/> for what a person must mend
    /// before another start; anything else, a full disk too, is logged and tried again from the lake.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            await KeepGoingAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Asked to stop: what is not in the lake is in the log.
        }
    }

    async Task KeepGoingAsync(CancellationToken ct)
    {
        var backoff = BackoffMin;
        while (true)
        {
            var began = time.GetTimestamp();
            _board.Failed(await RunLaneAsync(ct));
            backoff = time.GetElapsedTime(began) > BackoffMax ? BackoffMin : backoff;
            await Task.Delay(backoff, time, ct);
            backoff = backoff * 2 < BackoffMax ? backoff * 2 : BackoffMax;
            _board.Loading();
        }
    }

    // Ends by failing: the answer is why.
    async Task<string> RunLaneAsync(CancellationToken ct)
    {
        var services = new LaneServices(
            log, lake, duck, new DeltaServices(time, newId), time, newId().ToString("N"), _logger);
        await using var lane = new Lane(options, services, _board);
        try
        {
            await lane.RunAsync(ct);
            throw new UnreachableException("a lane runs until it fails or is cancelled");
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw;
        }
        catch (OffsetLostException lost)
        {
            throw new TaplineException(
                $"the lake needs {lost.Partition} from offset {lost.Wanted}, but the log begins at {lost.Held.Start} "
                + $"and ends at {lost.Held.End}: changes were removed before they were read, or the log was replaced",
                "start a new lake folder and a new slot, so that the source is copied again", lost);
        }
        catch (LaneFencedException fenced)
        {
            _logger.LaneFenced(options.Lane, fenced.Message);
            return fenced.Message;
        }
        catch (Exception failure)
            when (failure is not TaplineException { IsTransient: false } and not OutOfMemoryException)
        {
            _logger.LaneFailed(options.Lane, failure);
            return failure.Message;
        }
    }
}
