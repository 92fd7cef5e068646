using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Delta.Schema;
using Tapline.Lakehouse.Delta.Snapshot;

namespace Tapline.Lakehouse.Delta.Commit;

/// <summary>Decides whether a commit that lost a race may be tried again on top of the winners. A function of its
/// input.</summary>
static class ConflictCheck
{
    /// <summary>Judges the winners in order; the first that matters decides.</summary>
    /// <param name="read">The snapshot that the commit was planned on.</param>
    /// <param name="commit">What lost.</param>
    /// <param name="winners">Every commit after the snapshot, ascending.</param>
    public static ConflictVerdict Run(DeltaSnapshot read, DeltaCommit commit, IEnumerable<LogCommit> winners)
    {
        var removed = commit.Removes.Select(static file => file.Location).ToHashSet(StringComparer.Ordinal);
        foreach (var winner in winners)
        {
            if (Judge(read, commit, removed, winner) is { } verdict)
                return verdict;
        }
        return ConflictVerdict.Rebase.Instance;
    }

    static ConflictVerdict? Judge(DeltaSnapshot read, DeltaCommit commit, HashSet<string> removed, LogCommit winner)
    {
        // First, because a winner that is this transaction makes every other question needless.
        if (commit.Transaction is { } ours
            && winner.Transactions.FirstOrDefault(transaction => transaction.AppId == ours.AppId) is { } theirs)
        {
            return theirs.Version >= ours.Version
                ? new ConflictVerdict.AlreadyCommitted(winner.Version)
                : new ConflictVerdict.Conflict(
                    winner.Version, $"another writer uses {ours.AppId} and committed transaction {theirs.Version}");
        }
        if (winner.Protocol is not null)
            return new ConflictVerdict.Conflict(winner.Version, "the protocol was changed");
        if (winner.Metadata is { } metadata && !OnlyAddsColumns(read, metadata))
            return new ConflictVerdict.Conflict(winner.Version, "the table's columns or properties were changed");
        // The ids of new columns stand in the files already.
        if (winner.Metadata is not null && read.MapsColumns
            && (!commit.NewSchema.IsDefault || !commit.Alterations.IsEmpty))
            return new ConflictVerdict.Conflict(winner.Version, "columns were added");
        // By path, whatever the deletion vector: two deletions in one file must not both win.
        return winner.Removes.FirstOrDefault(remove => removed.Contains(remove.Location)) is { } taken
            ? new ConflictVerdict.Conflict(winner.Version, $"file {taken.Location} was removed")
            : null;
    }

    /// <summary>Columns put at the end leave files that were written before them right: they read as null.</summary>
    static bool OnlyAddsColumns(DeltaSnapshot read, TableMetadata metadata) =>
        metadata.Id == read.Metadata.Id
        && metadata.PartitionColumns.SequenceEqual(read.Metadata.PartitionColumns, StringComparer.Ordinal)
        && SameProperties(metadata.Configuration, read.Metadata.Configuration)
        && metadata.SchemaString is { } schema
        && DeltaSchema.Parse(schema, "metaData of a winning commit").OnlyAddsTo(read.Structure);

    // The highest id goes up with every new column.
    static bool SameProperties(
        IReadOnlyDictionary<string, string?>? left, IReadOnlyDictionary<string, string?>? right) =>
        (left?.Count ?? 0) == (right?.Count ?? 0)
        && (left is null || left.All(pair => right!.TryGetValue(pair.Key, out var value)
            && (value == pair.Value || pair.Key == ColumnMappings.MaxIdProperty)));
}
