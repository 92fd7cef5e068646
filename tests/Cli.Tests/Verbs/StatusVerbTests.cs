using Npgsql;
using Tapline.Cli.Tests.Serving;

namespace Tapline.Cli.Tests.Verbs;

public sealed class StatusVerbTests(PostgresFixture postgres)
{
    [Fact]
    public async Task A_table_that_was_renamed_is_named_with_its_last_change()
    {
        await using var connection = await postgres.ConnectAsync(CliPipeline.Ct);
        await ExecuteAsync(connection, "CREATE SCHEMA IF NOT EXISTS app; CREATE TABLE app.status_now (id int);");
        await using var pipeline = await CliPipeline.StartAsync(
            "tables: { \"app.*\": { key: [id], columns: { id: bigint, x: text } } }",
            $"{{ postgres: {{ connection: \"{connection.ConnectionString}\" }} }}");
        await pipeline.SendAsync(
            pipeline.Change("status_before", 'c', 1, """{"id":1,"x":"a"}"""),
            pipeline.Change("status_now", 'c', 1, """{"id":1,"x":"a"}"""));
        await pipeline.CatchUpAsync();

        var lake = (await pipeline.JsonAsync("status")).GetProperty("lake");

        var tables = lake.GetProperty("tables").EnumerateArray().ToDictionary(
            static table => table.GetProperty("table").GetString()!);
        Assert.Equal("1970-01-01T00:00:00.005Z", tables["app.status_before"].GetProperty("last_change").GetString());
        Assert.Contains(
            "renamed or dropped", tables["app.status_before"].GetProperty("problem").GetString(),
            StringComparison.Ordinal);
        Assert.False(tables["app.status_now"].TryGetProperty("problem", out _));
        await ExecuteAsync(connection, "DROP TABLE app.status_now");
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(CliPipeline.Ct);
    }
}
