using Microsoft.Extensions.Logging;
using Tapline.Contracts;
using Tapline.Contracts.Log;

namespace Tapline.Streaming.Lanes;

/// <summary>Keeps one lane going: when it fails or is fenced by another worker, it is dropped and loaded anew from the
/// lake.</summary>
sealed class LaneRun(StreamOptions options, Func<LaneServices> open, TimeProvider time, ILogger logger)
{
    static readonly TimeSpan BackoffMin = TimeSpan.FromSeconds(1);
    static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(30);

    readonly StreamStatusBoard _board = new(options.Lane);
    readonly CancellationTokenSource _stop = new();
    Task _running = Task.CompletedTask;

    /// <summary>What the lane is doing.</summary>
    public StreamStatus Status => _board.Newest;

    /// <summary>Begins. What is thrown for a person goes to <paramref name="onFailure"/>: then the lane has
    /// ended.</summary>
    public void Start(Action<Exception> onFailure) => _running = RunAsync(onFailure);

    /// <summary>Ends the lane and waits until it has. What is not in the lake is in the log.</summary>
    public async Task StopAsync()
    {
        // The other way round, CancelAsync, goes through the thread pool and leaves the scheduler.
        _stop.Cancel();
        await _running;
        _stop.Dispose();
    }

    async Task RunAsync(Action<Exception> onFailure)
    {
        // Whoever starts it has other things to do than to read the lake.
        await Task.Yield();
        try
        {
            await KeepGoingAsync(_stop.Token);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Asked to stop.
        }
        catch (Exception failure)
        {
            onFailure(failure);
        }
    }

    async Task KeepGoingAsync(CancellationToken ct)
    {
        var backoff = BackoffMin;
        while (true)
        {
            var began = time.GetTimestamp();
            if (await TryAsync(ct) is not { } reason)
                continue;
            _board.Failed(reason);
            backoff = time.GetElapsedTime(began) > BackoffMax ? BackoffMin : backoff;
            await Task.Delay(backoff, time, ct);
            backoff = backoff * 2 < BackoffMax ? backoff * 2 : BackoffMax;
            _board.Loading();
        }
    }

    // Why it failed; null when it only has to be loaded anew.
    async Task<string?> TryAsync(CancellationToken ct)
    {
        await using var lane = new Lane(options, open(), _board);
        try
        {
            await lane.RunAsync(ct);
            return null;
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
            logger.LaneFenced(options.Lane, fenced.Message);
            return fenced.Message;
        }
        catch (Exception failure)
            when (failure is not TaplineException { IsTransient: false } and not OutOfMemoryException)
        {
            logger.LaneFailed(options.Lane, failure);
            return failure.Message;
        }
    }
}
