using System.Collections.Immutable;
using Tapline.Contracts.Schema;

namespace Tapline.Ingest.Postgres.Signals;

/// <summary>Which tables are to be read again, and how far that is; kept in the progress topic.</summary>
/// <param name="SignalCommit">Commit position of the last signal that is part of this.</param>
/// <param name="SignalLsn">That signal's own position.</param>
/// <param name="IsPaused">Whether it rests.</param>
/// <param name="Tables">What is left, in order; the first is being read.</param>
sealed record RereadState(
    long SignalCommit, long SignalLsn, bool IsPaused, ImmutableArray<RereadTable> Tables)
{
    public static RereadState None { get; } = new(0, 0, false, []);

    /// <summary>The state after a signal; itself when that signal was seen before.</summary>
    public RereadState After(
        Signal signal, long commit, long lsn, Func<string, IEnumerable<TableId>> tablesOf)
    {
        if ((commit, lsn).CompareTo((SignalCommit, SignalLsn)) <= 0)
            return this;
        var named = signal.Data?.DataCollections ?? [];
        var next = signal.Type switch
        {
            SignalType.PauseSnapshot => this with { IsPaused = true },
            SignalType.ResumeSnapshot => this with { IsPaused = false },
            SignalType.StopSnapshot when named.IsDefaultOrEmpty => this with { Tables = [] },
            SignalType.StopSnapshot => this with
            {
                Tables = Tables.RemoveAll(table => named.Any(name => tablesOf(name).Contains(table.Id))),
            },
            _ => this with
            {
                Tables = Tables.AddRange(
                    from name in named
                    from id in tablesOf(name)
                    let asked = new RereadTable(id.Schema, id.Name, FilterOf(signal, id))
                    where !Tables.Contains(asked)
                    select asked),
            },
        };
        return next with { SignalCommit = commit, SignalLsn = lsn };
    }

    static string? FilterOf(Signal signal, TableId id)
    {
        foreach (var condition in signal.Data?.Conditions ?? [])
        {
            if (condition.Table == id.ToString() && condition.Filter.Length > 0)
                return condition.Filter;
        }
        return null;
    }
}

/// <summary>A table to read again.</summary>
/// <param name="Schema">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Filter">A condition on its rows; null for all.</param>
/// <param name="BeginLsn">Where in the database's log its reading began; 0 before.</param>
/// <param name="Done">The key up to which rows were read, as texts; null before the first.</param>
/// <param name="Last">The highest key that there was at the beginning.</param>
sealed record RereadTable(
    string Schema,
    string Name,
    string? Filter = null,
    long BeginLsn = 0,
    ImmutableArray<string>? Done = null,
    ImmutableArray<string>? Last = null)
{
    [System.Text.Json.Serialization.JsonIgnore]
    public TableId Id => new(Schema, Name);
}
