using System.Collections.Immutable;
using System.Text.Json;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Storage;

namespace Tapline.Cli.Tests.Verbs;

public sealed class TableVerbTests : IDisposable
{
    readonly DirectoryInfo _lake = Directory.CreateTempSubdirectory("tapline-lake-");
    readonly StringWriter _output = new();
    readonly StringWriter _errors = new();

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _lake.Delete(recursive: true);

    [Fact]
    public async Task A_table_of_the_lake_and_its_versions_are_shown()
    {
        await FillAsync();
        var shown = await JsonAsync("table", "show", "current/app.accounts", "--lake", _lake.FullName);
        Assert.Equal(1, shown.GetProperty("version").GetInt64());
        Assert.Equal(2, shown.GetProperty("protocol").GetProperty("min_writer_version").GetInt32());
        Assert.Equal(
            "long", shown.GetProperty("schema").GetProperty("fields")[0].GetProperty("type").GetString());
        Assert.Equal("kind", Assert.Single(shown.GetProperty("partition_columns").EnumerateArray()).GetString());
        Assert.Equal("100", shown.GetProperty("properties").GetProperty("delta.checkpointInterval").GetString());
        Assert.Equal(
            (1, 100, 3),
            (shown.GetProperty("files").GetInt32(), shown.GetProperty("bytes").GetInt64(),
                shown.GetProperty("rows").GetInt64()));
        var commits = (await JsonAsync("table", "history", "current/app.accounts", "--lake", _lake.FullName))
            .EnumerateArray().ToList();
        Assert.Equal([1, 0], commits.Select(static commit => commit.GetProperty("version").GetInt64()));
        Assert.Equal("WRITE", commits[0].GetProperty("operation").GetString());
        Assert.StartsWith("Tapline/", commits[0].GetProperty("engine").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_by_itself_is_shown_to_people_at_an_older_version_and_time()
    {
        await FillAsync();
        var folder = Path.Combine(_lake.FullName, "current/app.accounts");
        Assert.Equal(ExitCode.Success, await RunAsync("table", "show", folder, "--version", "0"));
        Assert.Contains("version 0", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("0 files, 0 B, 0 rows", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("column      amount   decimal(12,2)", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, await RunAsync("table", "show", folder, "--at", "2999-01-01"));
        Assert.Contains("version 1", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failure, await RunAsync("table", "show", folder, "--at", "1999-01-01"));
        Assert.Contains("its log reaches back to 20", _errors.ToString(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failure, await RunAsync("table", "show", folder, "--version", "7"));
        Assert.Contains("a log up to version 1 found", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_are_renamed_and_dropped_where_files_have_names_of_their_own()
    {
        await FillAsync(mapsColumns: true);
        string[] alter = ["table", "alter", "current/app.accounts", "--lake", _lake.FullName];
        var altered = await JsonAsync([.. alter, "--rename", "amount=sum", "--rename", "kind=sort"]);
        Assert.Equal(2, altered.GetProperty("version").GetInt64());
        Assert.Equal(
            ["id", "sum", "sort"], altered.GetProperty("columns").EnumerateArray().Select(name => name.GetString()));
        altered = await JsonAsync([.. alter, "--drop", "sum"]);
        Assert.Equal(2, altered.GetProperty("columns").GetArrayLength());
        foreach (var (arguments, said) in new (string[], string)[]
        {
            (["--drop", "sum"], "has no column sum"),
            (["--drop", "id"], "column id of current/app.accounts stays what it is"),
            (["--rename", "sort=_lsn"], "column _lsn of current/app.accounts stays what it is"),
            (["--rename", "sort"], "--rename sort names no two columns"),
            ([], "say what to alter"),
        })
        {
            Assert.Equal(ExitCode.Failure, await RunAsync([.. alter, .. arguments]));
            Assert.Contains(said, _errors.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Where_files_know_columns_by_their_names_they_keep_them()
    {
        await FillAsync();
        Assert.Equal(
            ExitCode.Failure,
            await RunAsync(
                "table", "alter", "current/app.accounts", "--rename", "amount=sum", "--lake", _lake.FullName));
        Assert.Contains("has no column mapping", _errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("column_mapping: true", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_table_is_said()
    {
        Assert.Equal(ExitCode.Failure, await RunAsync("table", "show", "nowhere", "--lake", _lake.FullName));
        Assert.Contains("there is no Delta table in nowhere", _errors.ToString(), StringComparison.Ordinal);
    }

    async Task FillAsync(bool mapsColumns = false)
    {
        var definition = new DeltaTableDefinition(
        [
            new ColumnSchema("id", ColumnType.Int64) { KeyOrdinal = 0 },
            new ColumnSchema("amount", ColumnType.Decimal) { Precision = 12, Scale = 2 },
            new ColumnSchema("kind", ColumnType.String),
        ])
        {
            PartitionColumns = ["kind"],
            MapsColumns = mapsColumns,
            Properties = ImmutableDictionary<string, string?>.Empty.Add("delta.checkpointInterval", "100"),
        };
        var table = await DeltaTable.CreateAsync(
            new LocalObjectStore(_lake.FullName), "current/app.accounts", definition,
            new DeltaServices(TimeProvider.System, Guid.NewGuid), Ct);
        var values = new Dictionary<string, string?> { ["kind"] = "a" };
        var file = new AddFile("part-0.parquet", values, Size: 100, ModificationTime: 1)
        {
            Stats = """{"numRecords":3}""",
        };
        await table.CommitAsync(new DeltaCommit { Operation = "WRITE", Adds = [file], IsBlindAppend = true }, Ct);
    }

    async Task<JsonElement> JsonAsync(params string[] args)
    {
        Assert.Equal(ExitCode.Success, await RunAsync([.. args, "--output", "json"]));
        var document = JsonDocument.Parse(_output.ToString());
        _output.GetStringBuilder().Clear();
        return document.RootElement;
    }

    Task<int> RunAsync(params string[] args) => CommandLine.RunAsync(args, _output, _errors);
}
