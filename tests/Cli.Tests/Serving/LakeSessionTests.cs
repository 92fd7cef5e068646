using System.Collections.Immutable;
using System.Text;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.Serving.Lake;

namespace Tapline.Cli.Tests.Serving;

public sealed class LakeSessionTests : IDisposable
{
    static readonly ImmutableArray<ColumnSchema> Columns =
    [
        PostgresTypes.Column("id", "bigint", nullable: false, keyOrdinal: 0),
        PostgresTypes.Column("name", "text"),
        new("_lsn", ColumnType.Int64),
    ];

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tapline-lake-");
    readonly LocalObjectStore _lake;
    readonly DuckDbDatabase _writer = DuckDbDatabase.Open();
    readonly DeltaServices _services = new(TimeProvider.System, Guid.NewGuid);
    int _files;

    public LakeSessionTests() => _lake = new LocalObjectStore(_folder.FullName);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _writer.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Tables_have_their_names_and_bookkeeping_stays_out_of_sight()
    {
        await FillAsync("current/app.accounts", "SELECT 1 AS id, 'a' AS name, 7 AS _lsn");
        await FillAsync("history/app.accounts", "SELECT 2 AS id, 'b' AS name, 8 AS _lsn");
        await CreateAsync("current/Odd.Na me");
        await FillAsync("quarantine", "SELECT 3 AS id, 'c' AS name, 9 AS _lsn");
        using var session = await OpenAsync();
        Assert.Equal(
            ["current/Odd.Na me", "current/app.accounts", "history/app.accounts", "quarantine"],
            session.Tables.Select(static table => table.Root));
        Assert.Equal("1|a", Text(session, "SELECT * FROM app.accounts"));
        Assert.Equal(["id", "name"], session.Tables[1].SourceSchema().Columns.Select(static column => column.Name));
        Assert.Equal("bigint", Assert.Single(session.Tables[1].SourceSchema().KeyColumns).SourceType);
        Assert.Equal("1|a|7", Text(session, "SELECT * FROM current.app_accounts"));
        Assert.Equal("2|b|8", Text(session, "SELECT * FROM history.app_accounts"));
        Assert.Equal("3|c|9", Text(session, "SELECT * FROM quarantine"));
        Assert.Equal("0", Text(session, """SELECT count(*) FROM "Odd"."Na me" WHERE name = 'x'"""));
        Assert.Throws<DuckDbException>(() => Text(session, "SELECT * FROM read_text('/etc/hostname')"));
    }

    [Fact]
    public async Task A_history_of_an_entity_says_from_when_to_when_each_version_held()
    {
        const string root = "entity/entity_taps_history";
        ImmutableArray<ColumnSchema> columns =
        [
            PostgresTypes.Column("tap", "text", keyOrdinal: 0),
            PostgresTypes.Column("status", "text"),
            new("_op", ColumnType.String),
            new("_version", ColumnType.Int64),
            new("_valid_from", ColumnType.Timestamp),
            new("_recorded_at", ColumnType.Timestamp),
        ];
        var table = await DeltaTable.CreateAsync(_lake, root, new DeltaTableDefinition(columns), _services, Ct);
        // Of the two versions of one instant only the later one held.
        await AddAsync(table, root, """
            SELECT tap, status, op AS _op, version AS _version,
              make_timestamptz(since * 1000000::BIGINT) AS _valid_from,
              make_timestamptz(99::BIGINT) AS _recorded_at
            FROM (VALUES ('a', 'new', 'c', 1, 10), ('a', 'odd', 'u', 2, 20), ('a', 'open', 'u', 3, 20),
              ('a', 'open', 'd', 5, 40), ('b', 'new', 'c', 2, 15)) AS v(tap, status, op, version, since)
            """);
        using var session = await OpenAsync();
        Assert.Equal(
            "a:new:10-20:false:false;a:open:20-40:false:false;a:open:40-:true:true;b:new:15-:false:true",
            Text(session, """
                SELECT string_agg(concat(tap, ':', status, ':', epoch(valid_from)::INT, '-', epoch(valid_to)::INT, ':',
                  is_deleted, ':', is_current), ';' ORDER BY tap, version)
                FROM entity.entity_taps_history
                """));
    }

    [Fact]
    public async Task A_refresh_shows_new_files_new_columns_and_removed_files()
    {
        var table = await CreateAsync("current/app.accounts");
        using var session = await OpenAsync();
        Assert.Equal("0", Text(session, "SELECT count(*) FROM app.accounts"));
        var first = await AddAsync(
            table, "current/app.accounts", "SELECT range AS id, 'a' AS name, 1 AS _lsn FROM range(5)");
        Assert.Equal("0", Text(session, "SELECT count(*) FROM app.accounts"));
        await session.RefreshAsync(Ct);
        Assert.Equal("5", Text(session, "SELECT count(*) FROM app.accounts"));
        await AddAsync(
            table,
            "current/app.accounts",
            "SELECT 9 AS id, 'z' AS name, 1 AS _lsn, 2.5::DECIMAL(10,2) AS amount",
            [.. Columns, PostgresTypes.Column("amount", "numeric(10,2)")]);
        await session.RefreshAsync(Ct);
        Assert.Equal("6|1|2.50", Text(session, "SELECT count(*), count(amount), sum(amount) FROM app.accounts"));
        await table.CommitAsync(new DeltaCommit { Operation = "DELETE", Removes = [first] }, Ct);
        await session.RefreshAsync(Ct);
        Assert.Equal("9", Text(session, "SELECT id FROM app.accounts"));
    }

    [Fact]
    public async Task The_newest_manifest_decides_what_is_seen()
    {
        var accounts = await CreateAsync("current/app.accounts");
        var users = await CreateAsync("current/app.users");
        await AddAsync(accounts, "current/app.accounts", "SELECT 1 AS id, 'a' AS name, 1 AS _lsn");
        await ManifestAsync("0", 9, ("current/app.accounts", 1));
        await AddAsync(users, "current/app.users", "SELECT 1 AS id, 'a' AS name, 1 AS _lsn");
        await AddAsync(accounts, "current/app.accounts", "SELECT 2 AS id, 'b' AS name, 2 AS _lsn");
        using var session = await OpenAsync();
        Assert.Equal("1|0", Counts(session));
        // 10 is after 9 although its name sorts before.
        await ManifestAsync("0", 10, ("current/app.accounts", 1), ("current/app.users", 1));
        await session.RefreshAsync(Ct);
        Assert.Equal("1|1", Counts(session));
        await ManifestAsync("0", 11, ("current/app.accounts", 2), ("current/app.users", 1));
        await session.RefreshAsync(Ct);
        Assert.Equal("2|1", Counts(session));
        using var fresh = await OpenAsync();
        Assert.Equal("2|1", Counts(fresh));

        static string Counts(LakeSession session) =>
            Text(session, "SELECT (SELECT count(*) FROM app.accounts), (SELECT count(*) FROM app.users)");
    }

    [Fact]
    public async Task Each_table_is_shown_where_its_lane_stands_and_a_shared_one_where_the_last_lane_does()
    {
        const string Accounts = "current/app.accounts", Users = "current/app.users", Shared = "quarantine";
        foreach (var root in new[] { Accounts, Users, Shared })
        {
            var table = await CreateAsync(root);
            for (var version = 1; version <= 4; version++)
                await AddAsync(table, root, $"SELECT {version} AS id, 'a' AS name, 1 AS _lsn");
        }
        await ManifestAsync("0", 1, (Accounts, 1), (Shared, 2));
        await ManifestAsync("1", 5, (Users, 4), (Shared, 3));
        await ManifestAsync("2", 7);
        using var session = await OpenAsync();
        Assert.Equal("1", Text(session, "SELECT string_agg(id, ',' ORDER BY id) FROM app.accounts"));
        Assert.Equal("1,2,3,4", Text(session, "SELECT string_agg(id, ',' ORDER BY id) FROM app.users"));
        Assert.Equal("1,2,3", Text(session, "SELECT string_agg(id, ',' ORDER BY id) FROM quarantine"));
        await ManifestAsync("0", 2, (Accounts, 3), (Shared, 2));
        await session.RefreshAsync(Ct);
        Assert.Equal("1,2,3", Text(session, "SELECT string_agg(id, ',' ORDER BY id) FROM app.accounts"));
        Assert.Equal("1,2,3", Text(session, "SELECT string_agg(id, ',' ORDER BY id) FROM quarantine"));
    }

    [Fact]
    public async Task Partition_values_come_from_the_log()
    {
        const string root = "history/app.events";
        ImmutableArray<ColumnSchema> columns =
            [.. Columns, new("day", ColumnType.Date), new("kind", ColumnType.String)];
        var definition = new DeltaTableDefinition(columns) { PartitionColumns = ["day", "kind"] };
        var table = await DeltaTable.CreateAsync(_lake, root, definition, _services, Ct);
        await AddAsync(table, root, "SELECT 1 AS id, 'a' AS name, 1 AS _lsn", partition: ("2026-01-02", "it's"));
        await AddAsync(table, root, "SELECT 2 AS id, 'b' AS name, 1 AS _lsn", partition: ("2026-01-03", null));
        await AddAsync(table, root, "SELECT 3 AS id, 'c' AS name, 1 AS _lsn", partition: ("2026-01-02", "it's"));
        using var session = await OpenAsync();
        Assert.Equal(
            "2026-01-02:it's:2;2026-01-03::1",
            Text(session, """
                SELECT string_agg(day || ':' || coalesce(kind, '') || ':' || n, ';' ORDER BY day)
                FROM (SELECT day, kind, count(*) AS n FROM history.app_events GROUP BY ALL)
                """));
    }

    Task<LakeSession> OpenAsync() =>
        LakeSession.OpenAsync(_lake, _services, new LakeSessionOptions { Folder = _folder.FullName }, Ct);

    Task<DeltaTable> CreateAsync(string root) =>
        DeltaTable.CreateAsync(_lake, root, new DeltaTableDefinition(Columns), _services, Ct);

    async Task FillAsync(string root, string rows) => await AddAsync(await CreateAsync(root), root, rows);

    async Task<AddFile> AddAsync(
        DeltaTable table,
        string root,
        string rows,
        ImmutableArray<ColumnSchema> schema = default,
        (string? Day, string? Kind)? partition = null)
    {
        var name = $"part-{_files++}.parquet";
        var path = Path.Combine(_folder.FullName, root, name);
        using (var connection = _writer.Connect())
            connection.Execute($"COPY ({rows}) TO '{path}' (FORMAT parquet)");
        var file = new AddFile(
            name,
            partition is { } values
                ? new Dictionary<string, string?> { ["day"] = values.Day, ["kind"] = values.Kind }
                : new Dictionary<string, string?>(),
            new FileInfo(path).Length,
            ModificationTime: 0);
        var outcome = await table.CommitAsync(
            new DeltaCommit { Operation = "WRITE", Adds = [file], NewSchema = schema }, Ct);
        Assert.IsType<CommitOutcome.Committed>(outcome);
        return file;
    }

    async Task ManifestAsync(string lane, long epoch, params (string Table, long Version)[] tables)
    {
        var versions = string.Join(',', tables.Select(static table => $"\"{table.Table}\":{table.Version}"));
        var json = $$$"""
            {"lane":{{{lane}}},"epoch":{{{epoch}}},"tables":{ {{{versions}}} },"committedAtMs":1,"positions":{}}
            """;
        await _lake.PutAsync($"_tapline/lanes/{lane}/{epoch}.done", Encoding.UTF8.GetBytes(json), Ct);
    }

    static string Text(LakeSession session, string sql)
    {
        using var result = session.Query($"SELECT concat_ws('|', *COLUMNS(*)) FROM ({sql})");
        using var chunk = result.NextChunk();
        Assert.Equal(1, chunk!.Count);
        return Encoding.UTF8.GetString(chunk.Column(0).Bytes(0));
    }
}
