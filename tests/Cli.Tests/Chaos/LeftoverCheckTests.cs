using System.Collections.Immutable;
using Tapline.Cli.Chaos;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Delta.DeletionVectors;
using Tapline.Lakehouse.Storage;
using Tapline.TestKit.Storage;

namespace Tapline.Cli.Tests.Chaos;

public sealed class LeftoverCheckTests : IAsyncLifetime
{
    const string Root = "current/app.items";

    static readonly ImmutableArray<ColumnSchema> Columns = [new("id", ColumnType.Int64)];

    readonly TemporaryFolder _folder = new("leftovers");
    readonly LocalObjectStore _lake;
    readonly DeltaServices _services = new(TimeProvider.System, Guid.NewGuid);
    DeltaTable _table = null!;

    public LeftoverCheckTests() => _lake = new LocalObjectStore(_folder.FullPath);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var definition = new DeltaTableDefinition(Columns) { HasDeletionVectors = true };
        _table = await DeltaTable.CreateAsync(_lake, Root, definition, _services, Ct);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return default;
    }

    [Fact]
    public async Task Files_that_no_version_names_are_removed_and_all_others_stay()
    {
        var kept = await WriteAsync(1, 2, 3);
        await CommitAsync(adds: [kept]);
        var gone = await WriteAsync(4);
        await CommitAsync(adds: [gone]);
        await CommitAsync(await DeleteAsync(kept, 1), kept);
        await CommitAsync([], gone);
        await WriteAsync(5);

        var report = await CheckAsync();

        Assert.Empty(report.Findings);
        Assert.Equal(1, report.Files);
        // Without a manifest every version counts: the removed file is that of an older one.
        Assert.Equal(3, Directory.GetFiles(Path.Combine(_folder.FullPath, Root)).Length);
    }

    [Fact]
    public async Task A_named_file_that_is_not_there_is_found()
    {
        var file = await WriteAsync(1, 2, 3);
        await CommitAsync(adds: [file]);
        await CommitAsync(await DeleteAsync(file, 1), file);
        foreach (var path in Directory.GetFiles(Path.Combine(_folder.FullPath, Root), "deletion_vector*"))
            File.Delete(path);

        var finding = Assert.Single((await CheckAsync()).Findings);

        Assert.Equal((FindingKind.Leftover, Root, 1L), (finding.Kind, finding.Table, finding.Count));
        Assert.StartsWith("files that a version names are gone", finding.Detail, StringComparison.Ordinal);
    }

    Task<CleanupReport> CheckAsync() => new LeftoverCheck(_lake, _services).RunAsync([Root], Ct);

    Task<AddFile> WriteAsync(params long[] ids)
    {
        var rows = new ColumnBatch(Columns);
        foreach (var id in ids)
            rows.Columns[0].Append(id);
        return _table.WriteDataFileAsync(rows, null, "0", Ct);
    }

    async Task<ImmutableArray<AddFile>> DeleteAsync(AddFile file, long row) =>
        [.. await _table.WriteDeletedRowsAsync([new DeletedRows(file, new RoaringBitmap([row]))], Ct)];

    async Task CommitAsync(ImmutableArray<AddFile> adds, params ImmutableArray<AddFile> removes) =>
        Assert.IsType<CommitOutcome.Committed>(await _table.CommitAsync(
            new DeltaCommit { Operation = "MERGE", Adds = adds, Removes = removes }, Ct));
}
