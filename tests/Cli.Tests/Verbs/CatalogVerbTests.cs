using System.Text.Json;
using Npgsql;
using Tapline.Cli.Tests.Serving;
using Tapline.Cli.Tests.Terraform;
using Tapline.TestKit.Storage;

namespace Tapline.Cli.Tests.Verbs;

public sealed class CatalogVerbTests(PostgresFixture postgres)
{
    const string Sources = """
        tables:
          "app.*": { format: { decimal: string } }
          app.People:
            key: [id]
            columns: { id: bigint }
        """;

    [Fact]
    public async Task It_lists_the_lakes_tables_and_before_there_are_any_those_that_are_declared()
    {
        await using var pipeline = await CliPipeline.StartAsync(Sources, upserts: "copy-on-write");

        var declared = (await pipeline.JsonAsync("catalog")).GetProperty("tables");
        await pipeline.SendAsync(
            pipeline.Change("People", 'c', 1, """{"id":1}"""), pipeline.Change("unknown", 'c', 1, """{"id":1}"""));
        await pipeline.CatchUpAsync();
        var written = (await pipeline.JsonAsync("catalog")).GetProperty("tables");

        // What is on disk says it, whatever the program thinks: a table is a folder with a log. Not all are public.
        var lake = Path.Combine(pipeline.Folder, "lake");
        var folders = Directory.EnumerateDirectories(lake, "_delta_log", SearchOption.AllDirectories)
            .Select(log => Path.GetRelativePath(lake, Path.GetDirectoryName(log)!)).Order(StringComparer.Ordinal);
        Assert.Equal(["current/app.People", "history/app.People", "quarantine", "schema_history"], folders);
        Assert.Equal(
            [("app_people", "current/app.People"), ("history_app_people", "history/app.People")], Pairs(written));
        Assert.Equal(Pairs(written), Pairs(declared));
    }

    [Fact]
    public async Task Current_tables_with_deletion_vectors_are_refused_with_the_setting_that_makes_others()
    {
        await using var pipeline = await CliPipeline.StartAsync(Sources);
        await pipeline.SendAsync(pipeline.Change("People", 'c', 1, """{"id":1}"""));
        await pipeline.CatchUpAsync();

        var (code, _, errors) = await pipeline.RunAsync("catalog");

        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains("Athena does not read current/app.People: it has reader version 3", errors,
            StringComparison.Ordinal);
        Assert.Contains("stream.upserts: copy-on-write", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_athena_does_not_read_is_refused_by_name_unless_it_is_left_out()
    {
        await using var pipeline = await CliPipeline.StartAsync(Sources, upserts: "copy-on-write");
        await pipeline.SendAsync(pipeline.Change("People", 'c', 1, """{"id":1}"""));
        await pipeline.CatchUpAsync();
        var log = Path.Combine(pipeline.Folder, "lake", "history", "app.People", "_delta_log");
        var next = Directory.EnumerateFiles(log, "*.json").Count();
        await File.WriteAllTextAsync(
            Path.Combine(log, $"{next:D20}.json"),
            """{"protocol":{"minReaderVersion":1,"minWriterVersion":4}}""" + "\n", CliPipeline.Ct);

        var (code, _, errors) = await pipeline.RunAsync("catalog");

        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains("Athena does not read history/app.People: it has writer version 4", errors,
            StringComparison.Ordinal);
        var others = (await pipeline.JsonAsync("catalog", "--tables", "current/*")).GetProperty("tables");
        Assert.Equal([("app_people", "current/app.People")], Pairs(others));
    }

    [Fact]
    public async Task Two_tables_with_one_name_are_refused()
    {
        await using var pipeline = await CliPipeline.StartAsync("""
            tables:
              app.a_b: { key: [id], columns: { id: bigint } }
              app_a.b: { key: [id], columns: { id: bigint } }
            """);

        var (code, _, errors) = await pipeline.RunAsync("catalog");

        Assert.Equal(ExitCode.Failure, code);
        Assert.Contains("current/app.a_b and current/app_a.b would both be called app_a_b", errors,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_dev_environment_has_the_tables_of_the_bar_business()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var connection = await postgres.ConnectAsync(ct);
        var database = $"bar_{Guid.NewGuid():N}";
        await ExecuteAsync(connection, $"CREATE DATABASE {database}");
        var address = new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Database = database };
        using var folder = new TemporaryFolder("catalog");
        await using (var bar = new NpgsqlConnection(address.ConnectionString))
        {
            await bar.OpenAsync(ct);
            await ExecuteAsync(bar, await File.ReadAllTextAsync(
                Path.Combine(LauncherTests.Root, "src", "Cli", "Demo", "bar.sql"), ct));
        }
        var config = Path.Combine(folder.FullPath, "tapline.yaml");
        await File.WriteAllTextAsync(config, $$"""
            pipeline: bar
            log: { embedded: { path: log, port: 9092 } }
            source: { postgres: { connection: "{{address.ConnectionString}}", tables: ["*.*"] } }
            """, ct);
        var file = Path.Combine(folder.FullPath, "tables.json");
        var (output, errors) = (new StringWriter(), new StringWriter());

        var code = await CommandLine.RunAsync(["catalog", "--config", config, "--write", file], output, errors);

        Assert.Equal((ExitCode.Success, ""), (code, errors.ToString()));
        Assert.Contains("44 tables, from the source", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(
            await File.ReadAllTextAsync(file, ct),
            await File.ReadAllTextAsync(
                Path.Combine(TerraformTool.Sources, "environments", "dev", "tables.auto.tfvars.json"), ct));
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    static IEnumerable<(string Name, string Folder)> Pairs(JsonElement tables) =>
        tables.EnumerateObject().Select(static table => (table.Name, table.Value.GetString()!));
}
