using Microsoft.Extensions.Logging;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Progress;

namespace Tapline.Ingest.Postgres.Signals;

/// <summary>What signals have asked for and is not done yet. The stream puts in, the reader of tables takes out; every
/// step is in the progress topic before it counts.</summary>
sealed class RereadQueue(ProgressLog progress, ILogger logger) : IDisposable
{
    readonly SemaphoreSlim _gate = new(1);
    readonly SemaphoreSlim _changed = new(0);

    /// <summary>The table to read now; null for none.</summary>
    public RereadTable? Current => progress.Reread is { IsPaused: false, Tables: [var first, ..] } ? first : null;

    /// <summary>Whether anything is asked for, or rests.</summary>
    public bool IsActive => progress.Reread.Tables.Length > 0;

    /// <summary>Follows a signal; one that comes again changes nothing.</summary>
    public async Task ApplyAsync(
        string type, string data, long commit, long lsn, IReadOnlyCollection<TableId> captured, CancellationToken ct)
    {
        if (Signal.Parse(type, data, out var reason) is not { } signal)
        {
            logger.SignalIgnored(reason!);
            return;
        }
        await ChangeAsync(
            state => state.After(signal, commit, lsn, name =>
            {
                var found = captured.Where(new Catalog.TablePatterns([name]).Includes).ToList();
                if (found.Count == 0)
                    logger.SignalIgnored("no captured table is named as it says");
                return found;
            }),
            ct);
    }

    /// <summary>Takes note of how far a table is; null when it is done. Nothing happens when it was stopped
    /// meanwhile.</summary>
    public Task AdvanceAsync(RereadTable before, RereadTable? after, CancellationToken ct) => ChangeAsync(
        state => state.Tables is [var first, ..] && first.Id == before.Id
            ? state with
            {
                Tables = after is null ? state.Tables.RemoveAt(0) : state.Tables.SetItem(0, after),
            }
            : state,
        ct);

    /// <summary>Waits until something may have changed.</summary>
    public Task WaitAsync(CancellationToken ct) => _changed.WaitAsync(ct);

    public void Dispose()
    {
        _gate.Dispose();
        _changed.Dispose();
    }

    async Task ChangeAsync(Func<RereadState, RereadState> change, CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            var next = change(progress.Reread);
            if (ReferenceEquals(next, progress.Reread))
                return;
            await progress.SetRereadAsync(next, ct);
        }
        finally
        {
            _gate.Release();
        }
        if (_changed.CurrentCount == 0)
            _changed.Release();
    }
}
