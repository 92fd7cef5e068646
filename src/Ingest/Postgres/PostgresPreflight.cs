using System.Globalization;
using Npgsql;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Catalog;

namespace Tapline.Ingest.Postgres;

/// <summary>Whether a database can be captured as asked. Changes nothing in it.</summary>
public static class PostgresPreflight
{
    static readonly Version _versionMin = new(14, 0);

    /// <summary>Checks everything and tells all problems together; never throws for one.</summary>
    public static async Task<PreflightReport> CheckAsync(PostgresSourceOptions options, CancellationToken ct)
    {
        try
        {
            await using var connection = new NpgsqlConnection(SourceSession.ConnectionString(options.ConnectionString));
            await connection.OpenAsync(ct);
            return await CheckAsync(connection, options, ct);
        }
        catch (Exception exception) when (exception is NpgsqlException or ArgumentException)
        {
            var problem = new PreflightProblem(
                $"the database cannot be reached: {exception.Message}", "Check address, database, user and password.");
            return new PreflightReport("", [], [problem], []);
        }
    }

    static async Task<PreflightReport> CheckAsync(
        NpgsqlConnection connection, PostgresSourceOptions options, CancellationToken ct)
    {
        var problems = new List<PreflightProblem>();
        var catalog = new CatalogReader(connection);
        if (connection.PostgreSqlVersion < _versionMin)
        {
            problems.Add(new(
                $"the server is PostgreSQL {connection.PostgreSqlVersion}", "Use PostgreSQL 14 or later."));
            return new PreflightReport(connection.PostgreSqlVersion.ToString(), [], [.. problems], []);
        }
        var slot = await catalog.SlotAsync(options.SlotName, ct);
        await CheckServerAsync(connection, slot is not null, problems, ct);
        await CheckRoleAsync(connection, problems, ct);
        if (slot is { Plugin: not "pgoutput" })
        {
            problems.Add(new(
                $"slot {options.SlotName} belongs to the plugin {slot.Plugin ?? "(none: it is physical)"}",
                "Choose another slot name."));
        }
        var tables = await TablesAsync(catalog, options, problems, ct);
        foreach (var table in tables)
            CheckIdentity(table, problems);
        CheckTopicNames(tables, problems);
        return new PreflightReport(
            connection.PostgreSqlVersion.ToString(),
            [.. tables.Select(static t => t.Id)],
            [.. problems],
            [.. tables.Select(Advice).OfType<PreflightProblem>(), .. await SignalAdviceAsync(catalog, options, ct)]);
    }

    static async Task CheckServerAsync(
        NpgsqlConnection connection, bool slotExists, List<PreflightProblem> problems, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT current_setting('wal_level'), current_setting('max_replication_slots')::int,
                   (SELECT count(*) FROM pg_replication_slots)::int, current_setting('max_wal_senders')::int,
                   (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'walsender')::int, pg_is_in_recovery()
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        if (reader.GetString(0) != "logical")
        {
            problems.Add(new(
                $"wal_level is {reader.GetString(0)}; changes can be read only at logical",
                "Run ALTER SYSTEM SET wal_level = 'logical'; and restart the server."));
        }
        if (!slotExists && reader.GetInt32(2) >= reader.GetInt32(1))
        {
            problems.Add(new(
                string.Create(CultureInfo.InvariantCulture, $"all {reader.GetInt32(1)} replication slots are taken"),
                "Drop one that nobody reads, or raise max_replication_slots and restart the server."));
        }
        if (reader.GetInt32(4) >= reader.GetInt32(3))
        {
            problems.Add(new(
                string.Create(CultureInfo.InvariantCulture, $"all {reader.GetInt32(3)} WAL senders are in use"),
                "Raise max_wal_senders and restart the server."));
        }
        if (reader.GetBoolean(5))
            problems.Add(new("the server is a standby", "Connect to its primary."));
    }

    static async Task CheckRoleAsync(NpgsqlConnection connection, List<PreflightProblem> problems, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT rolsuper OR rolreplication OR EXISTS (
                     SELECT FROM pg_roles m WHERE m.rolname IN ('rds_replication', 'cloudsqlreplication')
                       AND pg_has_role(current_user, m.oid, 'USAGE')), current_user::text
            FROM pg_roles WHERE rolname = current_user
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (await reader.ReadAsync(ct) && !reader.GetBoolean(0))
        {
            problems.Add(new(
                $"role {reader.GetString(1)} may not replicate",
                $"Run ALTER ROLE {SourceSession.Quote(reader.GetString(1))} REPLICATION;"));
        }
    }

    static async Task<List<SourceTable>> TablesAsync(
        CatalogReader catalog, PostgresSourceOptions options, List<PreflightProblem> problems, CancellationToken ct)
    {
        var patterns = new TablePatterns(options.Tables);
        var all = (await catalog.UserTablesAsync(ct)).FindAll(t => t.Id != options.SignalTable);
        foreach (var pattern in patterns.Unmatched([.. all.Select(static t => t.Id)]))
            problems.Add(new($"no table matches {pattern}", "Check the name; an upper-case name is written as it is."));
        var missing = await catalog.MissingPublicationsAsync(options.Publications, ct);
        if (missing.Count > 0 && options.Publications.Count > 1)
        {
            problems.AddRange(missing.Select(static name => new PreflightProblem(
                $"publication {name} does not exist",
                $"Run CREATE PUBLICATION {SourceSession.Quote(name)} FOR TABLE … "
                + "WITH (publish_via_partition_root = true);")));
        }
        if (missing.Count == options.Publications.Count)
            return [.. all.Where(table => patterns.Includes(table.Id))];
        var captured = (await catalog.PublishedTablesAsync(options.Publications, ct))
            .FindAll(table => patterns.Includes(table.Id) && table.Id != options.SignalTable);
        var wanted = all.FindAll(table => patterns.Includes(table.Id));
        await CheckPublicationsAsync(catalog, options, wanted, captured, problems, ct);
        return captured;
    }

    static async Task CheckPublicationsAsync(
        CatalogReader catalog,
        PostgresSourceOptions options,
        List<SourceTable> wanted,
        List<SourceTable> captured,
        List<PreflightProblem> problems,
        CancellationToken ct)
    {
        var names = string.Join(", ", options.Publications);
        var publication = SourceSession.Quote(options.Publications[0]);
        var doNot = options.Publications.Count == 1 ? $"publication {names} does not" : $"publications {names} do not";
        if (options.Tables.Count > 0)
        {
            problems.AddRange(wanted.Where(t => !captured.Exists(p => p.Id == t.Id)).Select(t => new PreflightProblem(
                $"{doNot} publish {t.Id}", $"Run ALTER PUBLICATION {publication} ADD TABLE {t.QuotedName};")));
        }
        if (wanted.Exists(static t => t.IsPartitioned))
        {
            foreach (var leafwise in await catalog.LeafwisePublicationsAsync(options.Publications, ct))
            {
                problems.Add(new(
                    $"publication {leafwise} publishes partitions under their own names",
                    $"Run ALTER PUBLICATION {SourceSession.Quote(leafwise)} SET (publish_via_partition_root = true);"));
            }
        }
        if (captured.Count == 0)
        {
            problems.Add(new(
                $"{doNot} publish any table", $"Add one: ALTER PUBLICATION {publication} ADD TABLE …;"));
        }
    }

    static void CheckIdentity(SourceTable table, List<PreflightProblem> problems)
    {
        var problem = table.Identity switch
        {
            ReplicaIdentity.Nothing =>
                "has replica identity nothing: updates and deletes of a published table would fail",
            ReplicaIdentity.Index => "has an index as its replica identity: deletes would not name the primary key",
            ReplicaIdentity.Default when !table.HasPrimaryKey =>
                "has no primary key: updates and deletes of a published table would fail",
            _ => null,
        };
        if (problem is null)
            return;
        var identity = table.HasPrimaryKey && table.Identity != ReplicaIdentity.Default ? "DEFAULT" : "FULL";
        problems.Add(new(
            $"{table.Id} {problem}", $"Run ALTER TABLE {table.QuotedName} REPLICA IDENTITY {identity};"));
    }

    static async Task<IEnumerable<PreflightProblem>> SignalAdviceAsync(
        CatalogReader catalog, PostgresSourceOptions options, CancellationToken ct)
    {
        var published = await catalog.PublishedTablesAsync(options.Publications, ct);
        return published.Exists(table => table.Id == options.SignalTable)
            ? []
            : [
                new PreflightProblem(
                    $"{options.SignalTable} is not a published table: signal and resync are not heard",
                    $"To use them run {PostgresSignals.Preparation(options)}"),
            ];
    }

    static PreflightProblem? Advice(SourceTable table)
    {
        if (!table.HasPrimaryKey && table.Identity == ReplicaIdentity.Full)
        {
            return new(
                $"{table.Id} has no primary key: inserts reach the lake, updates and deletes go to quarantine",
                $"Give it one: ALTER TABLE {table.QuotedName} ADD PRIMARY KEY (…);");
        }
        if (!table.HasLargeValues || table.Identity != ReplicaIdentity.Default)
            return null;
        return new(
            $"{table.Id} has columns whose large values are left out of updates that do not change them: the lake "
            + "keeps what it has, and other readers of the topic must do the same",
            "To send whole rows, for more of the database's log: "
            + $"ALTER TABLE {table.QuotedName} REPLICA IDENTITY FULL;");
    }

    static void CheckTopicNames(List<SourceTable> tables, List<PreflightProblem> problems)
    {
        foreach (var shared in tables.GroupBy(static t => TopicNames.Data("p", t.Id)))
        {
            if (shared.Count() == 1)
                continue;
            problems.Add(new(
                $"{string.Join(" and ", shared.Select(static t => t.Id))} would share one topic",
                "Capture one of them only: a topic's name keeps just letters, digits, dot, dash and underscore."));
        }
    }
}
