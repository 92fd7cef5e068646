using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta.Commit;

/// <summary>Brings one commit into a table: tries the next version, reads the winners of lost races, decides, tries
/// again. Made for one commit.</summary>
sealed class Committer(
    IObjectStore store, LogFolder folder, SnapshotLoader loader, DeltaServices services, DeltaCommit commit)
{
    static readonly TimeSpan WaitUnit = TimeSpan.FromMilliseconds(5);
    const int WaitDoublingsMax = 6;

    readonly Guid _txnId = services.NewId();

    /// <summary>The newest state that is known: the commit's own when it was made.</summary>
    public required DeltaSnapshot Snapshot { get; set; }

    /// <summary>Tries until the commit is in, is known to be needless or wrong, or the tries are used up.</summary>
    public async Task<CommitOutcome> RunAsync(CancellationToken ct)
    {
        var answered = true;
        for (var attempt = 0; attempt < services.CommitTriesMax; attempt++)
        {
            await WaitAsync(attempt, ct);
            if (Refuse() is { } refused)
                return refused;
            var columns = PlannedColumns.Of(Snapshot, commit.NewSchema, commit.ReplacesColumns);
            if (columns is null)
                return new CommitOutcome.Conflict(Snapshot.Version, "a new column is there already, with another type");
            columns = commit.Alterations.Aggregate(
                columns, (before, alteration) => before.After(alteration, folder.Table));
            var tried = CommitAttempt.Of(Snapshot, commit, columns, _txnId.ToString("D"), services.Time.GetUtcNow());
            var put = await store.PutIfAbsentAsync(folder.Commit(tried.Content.Version), tried.Serialize(), ct);
            if (put == PutOutcome.Created)
                return Accept(tried.Content);
            var winners = await loader.ReadAfterAsync(Snapshot.Version, ct);
            answered = put != PutOutcome.Unknown || !winners.IsEmpty;
            // The answer to this try, or to an earlier one on the same version, was lost on the way.
            if (!winners.IsEmpty && winners[0].TxnId == tried.Content.TxnId)
            {
                var outcome = Accept(winners[0]);
                Catch(winners.AsSpan()[1..]);
                return outcome;
            }
            var verdict = ConflictCheck.Run(Snapshot, commit, winners);
            Catch(winners.AsSpan());
            if (verdict is not ConflictVerdict.Rebase)
                return Settle(verdict);
        }
        return answered
            ? new CommitOutcome.Conflict(Snapshot.Version, $"{services.CommitTriesMax} races in a row were lost")
            : new CommitOutcome.Unknown(Snapshot.Version + 1);
    }

    CommitOutcome? Refuse()
    {
        if (commit.Transaction is { } ours && Snapshot.TransactionVersion(ours.AppId) >= ours.Version)
            return new CommitOutcome.AlreadyCommitted(Snapshot.Version);
        TableRules.CheckRemoves(folder.Table, Snapshot, commit);
        TableRules.CheckAlterations(folder.Table, Snapshot, commit);
        foreach (var file in commit.Removes)
        {
            if (!Snapshot.Files.ContainsKey(file.Id))
                return new CommitOutcome.Conflict(Snapshot.Version, $"file {file.Location} is not in the table");
        }
        return null;
    }

    CommitOutcome.Committed Accept(LogCommit own)
    {
        Catch([own]);
        return new CommitOutcome.Committed(own.Version);
    }

    void Catch(ReadOnlySpan<LogCommit> commits)
    {
        if (commits.IsEmpty)
            return;
        var builder = new SnapshotBuilder(Snapshot);
        foreach (var one in commits)
            builder.Apply(one);
        Snapshot = builder.Build(commits[^1].Version, folder);
    }

    static CommitOutcome Settle(ConflictVerdict verdict) => verdict switch
    {
        ConflictVerdict.AlreadyCommitted done => new CommitOutcome.AlreadyCommitted(done.Version),
        ConflictVerdict.Conflict conflict => new CommitOutcome.Conflict(conflict.Version, conflict.Reason),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The first lost race is tried again at once; then 5 to 10 ms, doubling up to a third to two thirds of a
    /// second. The spread comes from the attempt's own id, so that writers differ and a replay does not.</summary>
    async Task WaitAsync(int attempt, CancellationToken ct)
    {
        if (attempt < 2)
            return;
        var spread = 1 + (_txnId.ToByteArray()[attempt % 16] / (double)byte.MaxValue);
        await Task.Delay(WaitUnit * (1 << Math.Min(attempt - 2, WaitDoublingsMax)) * spread, services.Time, ct);
    }
}
