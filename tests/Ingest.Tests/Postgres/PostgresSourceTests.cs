using System.Text.Json.Nodes;

namespace Tapline.Ingest.Tests.Postgres;

public sealed class PostgresSourceTests(PostgresServers servers)
{
    const string People = "CREATE TABLE people (id int PRIMARY KEY, name text, rank numeric(10,2)); ";

    [Theory, MemberData(nameof(PostgresServers.All), MemberType = typeof(PostgresServers))]
    public async Task Rows_of_before_and_after_the_start_arrive_once(string server)
    {
        await using var capture = await Capture.CreateAsync(
            servers, server, People + "INSERT INTO people SELECT i, 'n' || i, i / 4.0 FROM generate_series(1, 500) i");
        capture.Start();
        await capture.CatchUpAsync();
        await capture.ExecuteAsync("INSERT INTO people VALUES (501, 'new', 1.5)");
        await capture.ExecuteAsync("UPDATE people SET name = 'changed' WHERE id <= 3");
        await capture.ExecuteAsync("DELETE FROM people WHERE id = 5");
        await capture.CatchUpAsync();

        var records = await capture.RecordsAsync("public.people");
        Assert.Equal(500, records.Count(static r => r.Value is not null && r.Op == "r"));
        Assert.Equal(
            ["c", "u", "u", "u", "d", null],
            records.Skip(500).Select(static r => r.Value is null ? null : r.Op));
        Assert.Equal("{\"id\":5}", records[^2].Key);
        Assert.Equal("{\"id\":5}", records[^1].Key);
        Assert.Equal("""{"id":5,"name":null,"rank":null}""", records[^2].Before!.ToJsonString());
        Assert.Equal("1.50", (string?)records[500].After!["rank"]);
        Assert.All(records, static record => Assert.Equal("1", record.Headers["tapline.schema"]));
        await Replay.AssertEqualsSourceAsync(capture, "public.people");
    }
}
