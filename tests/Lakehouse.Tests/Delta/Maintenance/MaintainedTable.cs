using System.Collections.Immutable;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Delta.DeletionVectors;
using Tapline.Lakehouse.Delta.Scan;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.TestKit.Storage;

namespace Tapline.Lakehouse.Tests.Delta.Maintenance;

/// <summary>A table on disk with a clock that can be put ahead.</summary>
sealed class MaintainedTable : IDisposable
{
    public const string Root = "current/t";

    static readonly ImmutableArray<ColumnSchema> Columns =
        [new("id", ColumnType.Int64, Nullable: false), new("body", ColumnType.String), new("at", ColumnType.Timestamp)];

    readonly TemporaryFolder _folder = new("maintained");
    readonly Clock _clock = new();

    MaintainedTable() => Store = new LocalObjectStore(_folder.FullPath);

    public LocalObjectStore Store { get; }

    public string Folder => Path.Combine(_folder.FullPath, Root);

    public DeltaTable Table { get; private set; } = null!;

    public DeltaServices Services => new(_clock, Guid.NewGuid)
    {
        CheckpointInterval = 4,
        CheckpointFileActionsMax = 2,
    };

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<MaintainedTable> CreateAsync(bool hasV2Checkpoints = false)
    {
        var world = new MaintainedTable();
        world.Table = await DeltaTable.CreateAsync(
            world.Store,
            Root,
            new DeltaTableDefinition(Columns)
            {
                HasDeletionVectors = true,
                HasV2Checkpoints = hasV2Checkpoints,
                KeepsChanges = true,
                FileRetention = TimeSpan.FromHours(2),
            },
            world.Services,
            Ct);
        return world;
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Lets time go by for the maintenance, not for the files.</summary>
    public void Wait(TimeSpan time) => _clock.Ahead += time;

    /// <summary>Adds a file with the ids from <paramref name="start"/> on.</summary>
    public async Task<AddFile> AppendAsync(long start, int count)
    {
        var file = await WriteAsync(start, count);
        await CommitAsync(new DeltaCommit { Operation = "WRITE", Adds = [file], IsBlindAppend = true });
        return file;
    }

    /// <summary>Puts a file into the folder and not into the table.</summary>
    public Task<AddFile> WriteAsync(long start, int count)
    {
        var rows = new ColumnBatch(Columns);
        for (var id = start; id < start + count; id++)
        {
            rows.Columns[0].Append(id);
            rows.Columns[1].Append("b"u8);
            rows.Columns[2].Append(id * 1_000_001);
        }
        return Table.WriteDataFileAsync(rows, null, "0", Ct);
    }

    public async Task DeleteAsync(string location, params long[] rows)
    {
        var file = Table.Snapshot.Files.Values.Single(file => file.Location == location);
        var adds = await Table.WriteDeletedRowsAsync([new DeletedRows(file, new RoaringBitmap(rows))], Ct);
        await CommitAsync(new DeltaCommit { Operation = "DELETE", Adds = adds, Removes = [file] });
    }

    /// <summary>Gives all rows of a file another file, and says so in the feed.</summary>
    public async Task<ChangeFile> ReplaceAsync(string location)
    {
        var file = Table.Snapshot.Files.Values.Single(file => file.Location == location);
        var rows = new ColumnBatch([.. Columns, ChangeFeed.TypeColumn]);
        rows.Columns[0].Append(0L);
        rows.Columns[1].AppendNull();
        rows.Columns[2].AppendNull();
        rows.Columns[3].Append("update_postimage"u8);
        var changes = await Table.WriteChangeFileAsync(rows, null, newSchema: default, Ct);
        await CommitAsync(new DeltaCommit
        {
            Operation = "MERGE",
            Adds = [await WriteAsync(0, (int)file.RowCount!)],
            Removes = [file],
            Changes = [changes],
        });
        return changes;
    }

    public Task RemoveAsync(string location) => CommitAsync(new DeltaCommit
    {
        Operation = "DELETE",
        Removes = [Table.Snapshot.Files.Values.Single(file => file.Location == location)],
    });

    /// <summary>The ids that a version has, ascending.</summary>
    public async Task<long[]> IdsAsync(long? version = null)
    {
        var snapshot = await DeltaTable.ReadAsync(Store, Root, version ?? Table.Snapshot.Version, Ct);
        var scan = await TableScan.PlanAsync(Store, Root, snapshot!, files: null, Ct);
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        new ScanSession(connection).Bind("rows", scan, Ct);
        using var result = connection.Query($"SELECT id FROM ({ScanSession.Select("rows", scan)}) ORDER BY id", ct: Ct);
        var rows = new ColumnBatch([Columns[0]]);
        result.CopyTo(rows);
        return rows.Columns[0].Int64s[..rows.Count].ToArray();
    }

    /// <summary>The names of the files beside the log.</summary>
    public string[] FileNames() =>
        [.. Directory.GetFiles(Folder).Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    async Task CommitAsync(DeltaCommit commit) =>
        Assert.IsType<CommitOutcome.Committed>(await Table.CommitAsync(commit, Ct));

    sealed class Clock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;
    }
}
