using Microsoft.Extensions.Logging;
using Tapline.Lakehouse.Delta.Maintenance;
using Tapline.Streaming.Epochs;

namespace Tapline.Streaming.Lanes;

/// <summary>Removes what a lane's tables need no more, beside the lane's work: files that left a table, files of
/// commits that never were, and the oldest part of the logs. What a manifest of any lane names stays as long as the
/// manifest. The tables that all lanes append to are lane 0's.</summary>
sealed class LakeMaintenance(StreamOptions options, LaneServices services) : IAsyncDisposable
{
    readonly CancellationTokenSource _stop = new();
    long _lastAt = services.Time.GetTimestamp();
    Task _running = Task.CompletedTask;

    /// <summary>Begins when it is time and the last run has ended.</summary>
    /// <param name="roots">The tables that the lane has written to.</param>
    public void RunIfDue(IEnumerable<string> roots)
    {
        if (options.MaintenanceInterval is not { } interval || !_running.IsCompleted
            || services.Time.GetElapsedTime(_lastAt) < interval)
            return;
        _lastAt = services.Time.GetTimestamp();
        var tables = roots.Except(LakeTables.SharedRoots, StringComparer.Ordinal);
        _running = RunAsync([.. tables, .. options.Lane == 0 ? LakeTables.SharedRoots : []], _stop.Token);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The other way round, CancelAsync, goes through the thread pool and leaves the scheduler.
        _stop.Cancel();
        await _running;
        _stop.Dispose();
    }

    async Task RunAsync(string[] roots, CancellationToken ct)
    {
        await Task.Yield();
        try
        {
            var retained = await RetainedManifests.ReadAsync(services.Lake, ct);
            var (files, bytes, commits) = (0, 0L, 0);
            foreach (var root in roots)
            {
                // A table that an oldest manifest does not know is younger: it has little to remove.
                if (retained.OldestVersion(root) is not { } version)
                    continue;
                var vacuum = new TableVacuum(services.Lake, root, services.Delta);
                var report = await vacuum.RunAsync(version, retention: null, isDryRun: false, ct);
                files += report.Keys.Count;
                bytes += report.Bytes;
                var cleanup = new LogCleanup(services.Lake, root, services.Delta);
                commits += await cleanup.RunAsync(version, retention: null, isDryRun: false, ct);
            }
            services.Logger.LakeCleaned(options.Lane, files, bytes, commits);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // What is left is removed another time.
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The lane needs none of it: it is tried again.
            services.Logger.LakeNotCleaned(options.Lane, failure);
        }
    }
}
