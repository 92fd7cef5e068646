using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta.Actions;

namespace Tapline.Lakehouse.Delta.Commit;

/// <summary>A change of a table that becomes visible as a whole or not at all.</summary>
public sealed record DeltaCommit
{
    /// <summary>What is done, in the field's words: <c>STREAMING UPDATE</c>, <c>WRITE</c>, <c>OPTIMIZE</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>Files that the store has already.</summary>
    public ImmutableArray<AddFile> Adds { get; init; } = [];

    /// <summary>Live files that leave the table, from the snapshot that the commit was planned on. One whose
    /// <see cref="AddFile.DataChange"/> is false lives on in the added files. A file that gets another deletion vector
    /// is removed as it was and added as it is.</summary>
    public ImmutableArray<AddFile> Removes { get; init; } = [];

    /// <summary>Files with all rows that the commit changes, as they were and as they become. None where what
    /// <see cref="Adds"/> and <see cref="Removes"/> add and delete is the same. Only for tables that keep
    /// changes.</summary>
    public ImmutableArray<ChangeFile> Changes { get; init; } = [];

    /// <summary>The fence: the commit is made only while the table's version for this writer is lower.</summary>
    public TransactionId? Transaction { get; init; }

    /// <summary>Whether the commit depends on no row of the table. Allows no <see cref="Removes"/>.</summary>
    public bool IsBlindAppend { get; init; }

    /// <summary>False when rows are only rearranged: readers of changes pass over the commit.</summary>
    public bool DataChange { get; init; } = true;

    /// <summary>Columns that the table must have afterwards; those it lacks are added at its end. Default: as it
    /// is.</summary>
    public ImmutableArray<ColumnSchema> NewSchema { get; init; }

    /// <summary>Whether columns that the table has take on the type and notes that <see cref="NewSchema"/> gives them.
    /// Files that hold such a column in its old type must be among <see cref="Removes"/>.</summary>
    public bool ReplacesColumns { get; init; }

    /// <summary>Columns that get another name or go, one after the other.</summary>
    public ImmutableArray<ColumnAlteration> Alterations { get; init; } = [];

    /// <summary>Settings of the operation, for people.</summary>
    public ImmutableSortedDictionary<string, string> OperationParameters { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Counts for people, beside those of files and bytes that are always written.</summary>
    public ImmutableSortedDictionary<string, string> OperationMetrics { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>A writer and how far it has come with a commit.</summary>
/// <param name="AppId">The writer: <c>pipeline/table/lane</c>.</param>
/// <param name="Version">Its epoch, which only goes up.</param>
public sealed record TransactionId(string AppId, long Version);
