using System.Collections.Immutable;
using System.Text;
using Tapline.Cli.Chaos;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Storage;
using Tapline.Serving.Lake;

namespace Tapline.Cli.Tests.Chaos;

/// <summary>The checks after a round can say no.</summary>
public sealed class HistoryCheckTests : IDisposable
{
    static readonly ImmutableArray<ColumnSchema> Current =
        [new("id", ColumnType.Int64), new("body", ColumnType.String), new("_lsn", ColumnType.Int64)];

    static readonly ImmutableArray<ColumnSchema> History =
    [
        new("id", ColumnType.Int64), new("body", ColumnType.String), new("_op", ColumnType.String),
        new("_commit_lsn", ColumnType.Int64), new("_lsn", ColumnType.Int64), new("_offset", ColumnType.Int64),
    ];

    static readonly ImmutableArray<ColumnSchema> SchemaHistory =
    [
        new("table", ColumnType.String), new("column", ColumnType.String), new("change", ColumnType.String),
        new("outcome", ColumnType.String), new("commit_lsn", ColumnType.Int64), new("lsn", ColumnType.Int64),
    ];

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tapline-check-");
    readonly LocalObjectStore _lake;
    readonly DeltaServices _services = new(TimeProvider.System, Guid.NewGuid);

    public HistoryCheckTests() => _lake = new LocalObjectStore(_folder.FullName);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_history_that_ends_in_the_current_rows_is_clean()
    {
        await WriteAsync("current/app.items", Current, [1L, "b", 12L], [3L, "new", 30L]);
        await WriteAsync("history/app.items", History,
            [1L, "a", "r", 0L, 5L, 0L], [1L, "b", "u", 10L, 12L, 1L],
            [2L, "x", "c", 10L, 13L, 2L], [2L, "x", "d", 20L, 21L, 3L], [3L, "old", "r", 0L, 5L, 4L],
            [3L, "old", "d", 25L, 26L, 5L], [3L, "new", "c", 30L, 30L, 6L]);

        Assert.Empty(await CheckAsync());
    }

    [Fact]
    public async Task What_was_before_a_truncation_is_not_expected_any_more()
    {
        await WriteAsync("current/app.items", Current, [2L, "b", 31L]);
        await WriteAsync("history/app.items", History,
            [1L, "a", "c", 10L, 11L, 0L], [null, null, "t", 20L, 20L, 1L], [2L, "b", "c", 30L, 31L, 2L]);

        Assert.Empty(await CheckAsync());
    }

    [Fact]
    public async Task A_change_that_is_there_twice_is_a_duplicate()
    {
        await WriteAsync("current/app.items", Current, [1L, "a", 11L]);
        await WriteAsync("history/app.items", History, [1L, "a", "c", 10L, 11L, 0L], [1L, "a", "c", 10L, 11L, 7L]);

        Assert.Equal([FindingKind.Duplicate], await CheckAsync());
    }

    [Fact]
    public async Task A_copied_row_that_is_there_twice_is_a_duplicate_also_at_another_position()
    {
        await WriteAsync("current/app.items", Current, [1L, "a", 11L]);
        await WriteAsync("history/app.items", History, [1L, "a", "r", 0L, 11L, 0L], [1L, "a", "r", 0L, 12L, 7L]);

        Assert.Equal([FindingKind.Duplicate], await CheckAsync());
    }

    [Fact]
    public async Task A_row_that_is_read_as_it_was_before_a_change_is_no_duplicate()
    {
        await WriteAsync("current/app.items", Current, [1L, "a", 30L]);
        await WriteAsync("history/app.items", History,
            [1L, "a", "r", 11L, 11L, 0L], [1L, "b", "u", 20L, 21L, 1L], [1L, "a", "r", 0L, 30L, 2L]);

        Assert.Empty(await CheckAsync());
    }

    [Fact]
    public async Task A_current_row_that_is_not_the_newest_change_is_found()
    {
        await WriteAsync("current/app.items", Current, [1L, "a", 11L]);
        await WriteAsync("history/app.items", History, [1L, "a", "c", 10L, 11L, 0L], [1L, "b", "u", 20L, 21L, 1L]);

        Assert.Equal([FindingKind.History], await CheckAsync());
    }

    [Theory]
    [InlineData("added", "taken", null, "b", false)]
    [InlineData("retyped", "goes to column body_v2", null, "b", false)]
    [InlineData("added", "taken", "a", "a", true)]
    [InlineData("widened", "column widened", null, null, true)]
    public async Task A_value_that_came_with_a_change_of_columns_is_in_no_history_of_before(
        string change, string outcome, string? before, string? after, bool isFound)
    {
        await WriteAsync("schema_history", SchemaHistory,
            ["app.items", "body", change, outcome, 30L, 31L], ["app.items", "id", "created", "taken", 1L, 1L]);
        await WriteAsync("current/app.items", Current, [1L, "default", 11L], [2L, "b", 31L]);
        await WriteAsync("history/app.items", History,
            [1L, before, "c", 10L, 11L, 0L], [2L, after, "c", 30L, 31L, 1L]);

        Assert.Equal(isFound ? [FindingKind.History] : [], await CheckAsync());
    }

    [Fact]
    public async Task A_key_that_is_twice_among_the_current_rows_is_found()
    {
        await WriteAsync("current/app.items", Current, [1L, "a", 11L], [1L, "a", 11L]);
        await WriteAsync("history/app.items", History, [1L, "a", "c", 10L, 11L, 0L]);

        Assert.Equal([FindingKind.History], await CheckAsync());
    }

    [Fact]
    public async Task A_version_that_is_missing_and_a_transaction_that_goes_back_are_found()
    {
        var table = await CreateAsync("history/app.items", History);
        for (var epoch = 1; epoch <= 3; epoch++)
        {
            var transaction = new TransactionId("lane", epoch);
            await CommitAsync(table, new DeltaCommit { Operation = "X", Transaction = transaction });
        }
        var check = new VersionCheck(_lake);
        Assert.Empty(await check.RunAsync(["history/app.items"], Ct));
        var log = Path.Combine(_folder.FullName, "history/app.items/_delta_log");
        File.Copy(Path.Combine(log, $"{1:D20}.json"), Path.Combine(log, $"{5:D20}.json"));

        var findings = await check.RunAsync(["history/app.items"], Ct);

        Assert.Equal(["version 5 follows 3", "version 5 has transaction 1 of lane after 3"],
            findings.Select(static finding => finding.Detail));
        Assert.Empty(await check.RunAsync(["history/app.items"], Ct));
    }

    Task<DeltaTable> CreateAsync(string root, ImmutableArray<ColumnSchema> columns) =>
        DeltaTable.CreateAsync(_lake, root, new DeltaTableDefinition(columns), _services, Ct);

    static async Task CommitAsync(DeltaTable table, DeltaCommit commit) =>
        Assert.IsType<CommitOutcome.Committed>(await table.CommitAsync(commit, Ct));

    async Task<IEnumerable<FindingKind>> CheckAsync()
    {
        using var session = await LakeSession.OpenAsync(
            _lake, _services, new LakeSessionOptions { Folder = _folder.FullName }, Ct);
        var keys = new Dictionary<string, string[]> { ["app.items"] = ["id"] };
        return [.. new HistoryCheck(session, keys).Run(Ct).Select(static finding => finding.Kind)];
    }

    async Task WriteAsync(string root, ImmutableArray<ColumnSchema> columns, params object?[][] rows)
    {
        var table = await CreateAsync(root, columns);
        var batch = new ColumnBatch(columns);
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Length; i++)
            {
                if (row[i] is null)
                    batch.Columns[i].AppendNull();
                else if (row[i] is long number)
                    batch.Columns[i].Append(number);
                else
                    batch.Columns[i].Append(Encoding.UTF8.GetBytes((string)row[i]!));
            }
        }
        var file = await table.WriteDataFileAsync(batch, null, "0", Ct);
        await CommitAsync(table, new DeltaCommit { Operation = "X", Adds = [file] });
    }
}
