using System.Collections.Immutable;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Checkpoint;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Delta.DeletionVectors;
using Tapline.Lakehouse.Delta.Files;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.Lakehouse.Storage;

namespace Tapline.Lakehouse.Delta;

/// <summary>One Delta table in an object store, as one writer sees it. Any number of writers share a table, each with
/// its own instance; an instance is used by one task at a time.</summary>
public sealed class DeltaTable
{
    readonly IObjectStore _store;
    readonly LogFolder _folder;
    readonly DeltaServices _services;
    readonly SnapshotLoader _loader;
    readonly DeletionVectorReader _vectors;

    DeltaTable(
        IObjectStore store, LogFolder folder, DeltaServices services, SnapshotLoader loader, DeltaSnapshot snapshot)
    {
        _store = store;
        _folder = folder;
        _services = services;
        _loader = loader;
        _vectors = new DeletionVectorReader(new TableFiles(store, folder));
        Snapshot = snapshot;
    }

    /// <summary>The newest version that this instance knows of.</summary>
    public DeltaSnapshot Snapshot { get; private set; }

    /// <summary>Opens the table in a folder at its newest version; null when there is none. Throws <see
    /// cref="DeltaFormatException"/> for a damaged log and <see cref="DeltaUnsupportedException"/> for a table that
    /// needs more of a reader.</summary>
    public static async Task<DeltaTable?> OpenAsync(
        IObjectStore store, string root, DeltaServices services, CancellationToken ct)
    {
        var folder = new LogFolder(root);
        var loader = Loader(store, folder);
        return await loader.LoadAsync(version: null, ct) is { } snapshot
            ? new DeltaTable(store, folder, services, loader, snapshot)
            : null;
    }

    /// <summary>Creates the table; when somebody else did so meanwhile, opens theirs, whatever its columns.</summary>
    public static async Task<DeltaTable> CreateAsync(
        IObjectStore store, string root, DeltaTableDefinition definition, DeltaServices services, CancellationToken ct)
    {
        foreach (var name in definition.PartitionColumns)
        {
            if (definition.Columns.All(column => column.Name != name))
                throw new ArgumentException($"partition column {name} is no column of the table", nameof(definition));
        }
        var folder = new LogFolder(root);
        var first = CommitAttempt.Create(
            definition, services.NewId(), services.NewId().ToString("D"), services.Time.GetUtcNow());
        for (var attempt = 0; attempt < services.CommitTriesMax; attempt++)
        {
            await store.PutIfAbsentAsync(folder.Commit(0), first.Serialize(), ct);
            // Whatever the answer was: the table that is there counts.
            if (await OpenAsync(store, root, services, ct) is { } table)
                return table;
        }
        throw new IOException($"table {root} cannot be created: no answer in {services.CommitTriesMax} tries");
    }

    /// <summary>The table in a folder at an older version; null when there is no table. Throws as
    /// <see cref="OpenAsync"/> does, also for a version that the log does not have.</summary>
    public static Task<DeltaSnapshot?> ReadAsync(IObjectStore store, string root, long version, CancellationToken ct) =>
        Loader(store, new LogFolder(root)).LoadAsync(version, ct);

    /// <summary>Takes over what others have committed since.</summary>
    public async Task RefreshAsync(CancellationToken ct)
    {
        var commits = await _loader.ReadAfterAsync(Snapshot.Version, ct);
        if (commits.IsEmpty)
            return;
        var builder = new SnapshotBuilder(Snapshot);
        foreach (var commit in commits)
            builder.Apply(commit);
        Snapshot = builder.Build(commits[^1].Version, _folder);
    }

    /// <summary>Brings a commit into the table, on top of whatever others commit meanwhile. Also moves <see
    /// cref="Snapshot"/> on. Throws <see cref="DeltaUnsupportedException"/> for a table that needs more of a
    /// writer.</summary>
    public async Task<CommitOutcome> CommitAsync(DeltaCommit commit, CancellationToken ct)
    {
        if (commit.IsBlindAppend && !commit.Removes.IsEmpty)
            throw new ArgumentException("a blind append removes no file", nameof(commit));
        if (!commit.Changes.IsEmpty && (!Snapshot.KeepsChanges || !commit.DataChange))
            throw new ArgumentException("only a change of data has change files, in a table that keeps them");
        TableFeatures.CheckWritable(_folder.Table, Snapshot.Protocol, Snapshot.Metadata);
        var committer = new Committer(_store, _folder, _loader, _services, commit) { Snapshot = Snapshot };
        try
        {
            var outcome = await committer.RunAsync(ct);
            return outcome is CommitOutcome.Committed committed && committed.Version == committer.Snapshot.Version
                ? committed with { Checkpoint = await CheckpointAsync(committer, ct) }
                : outcome;
        }
        finally
        {
            Snapshot = committer.Snapshot;
        }
    }

    async Task<CheckpointOutcome?> CheckpointAsync(Committer committer, CancellationToken ct)
    {
        var writer = new CheckpointWriter(_store, _folder, _services);
        if (!writer.IsDue(committer.Snapshot))
            return null;
        committer.Snapshot = committer.Snapshot.WithoutOldTombstones(_services.Time.GetUtcNow());
        return await writer.WriteAsync(committer.Snapshot, ct);
    }

    /// <summary>Puts rows into the table's folder as one Parquet file, and describes it for a commit. The rows have no
    /// partition columns; those have a value, or null, in <paramref name="partitionValues"/>. Columns that the table
    /// does not have yet must come with the commit's <see cref="DeltaCommit.NewSchema"/>.</summary>
    public Task<AddFile> WriteDataFileAsync(
        ColumnBatch rows,
        IReadOnlyDictionary<string, string?>? partitionValues,
        string lane,
        CancellationToken ct) =>
        WriteDataFileAsync([rows], partitionValues, lane, ct);

    /// <summary>As the other one, with a row group for each batch; all batches have the same columns.</summary>
    public Task<AddFile> WriteDataFileAsync(
        IReadOnlyList<ColumnBatch> rows,
        IReadOnlyDictionary<string, string?>? partitionValues,
        string lane,
        CancellationToken ct) =>
        WriteDataFileAsync(rows, partitionValues, lane, newSchema: default, ct);

    /// <summary>As the other ones, for a commit that brings columns along: <paramref name="newSchema"/> is its
    /// <see cref="DeltaCommit.NewSchema"/>. In tables with column mapping only this one writes new columns.</summary>
    public Task<AddFile> WriteDataFileAsync(
        IReadOnlyList<ColumnBatch> rows,
        IReadOnlyDictionary<string, string?>? partitionValues,
        string lane,
        ImmutableArray<ColumnSchema> newSchema,
        CancellationToken ct) =>
        new DataFileWriter(_store, _folder, _services).WriteAsync(
            Snapshot, rows, partitionValues ?? ImmutableDictionary<string, string?>.Empty, lane, newSchema, ct);

    /// <summary>Puts changed rows into the table's folder as one Parquet file, and describes it for a commit. The rows
    /// have the table's columns, but for partition columns, and <see cref="ChangeFeed.TypeColumn"/>.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="partitionValues">As of a data file.</param>
    /// <param name="newSchema">The commit's <see cref="DeltaCommit.NewSchema"/>.</param>
    /// <param name="ct">Ends it; the file is nobody's then.</param>
    public Task<ChangeFile> WriteChangeFileAsync(
        ColumnBatch rows,
        IReadOnlyDictionary<string, string?>? partitionValues,
        ImmutableArray<ColumnSchema> newSchema,
        CancellationToken ct) =>
        new DataFileWriter(_store, _folder, _services).WriteChangesAsync(
            Snapshot, rows, partitionValues ?? ImmutableDictionary<string, string?>.Empty, newSchema, ct);

    /// <summary>Puts the deleted rows of some live files into the table's folder. Returns the files as a commit adds
    /// them, in the same order; the commit removes them as they were.</summary>
    public Task<ImmutableArray<AddFile>> WriteDeletedRowsAsync(
        IReadOnlyList<DeletedRows> files, CancellationToken ct) => files.Count == 0 || Snapshot.TakesDeletionVectors
            ? new DeletionVectorWriter(_store, _folder, _services).WriteAsync(files, ct)
            : throw new InvalidOperationException($"table {_folder.Table} takes no deletion vectors");

    /// <summary>The rows of a live file that are deleted; null for none. Throws <see cref="DeltaFormatException"/> for
    /// what is missing or damaged.</summary>
    public async ValueTask<RoaringBitmap?> ReadDeletedRowsAsync(AddFile file, CancellationToken ct) =>
        file.DeletionVector is { } vector ? await _vectors.ReadAsync(vector, ct) : null;

    static SnapshotLoader Loader(IObjectStore store, LogFolder folder) => new(store, folder, new CheckpointReader());
}
