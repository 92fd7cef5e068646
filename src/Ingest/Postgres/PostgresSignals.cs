using System.Text.Json;
using Npgsql;
using Tapline.Contracts;
using Tapline.Ingest.Postgres.Catalog;
using Tapline.Ingest.Postgres.Signals;

namespace Tapline.Ingest.Postgres;

/// <summary>Sends signals to a running source: rows of its signal table.</summary>
public static class PostgresSignals
{
    /// <summary>Asks for tables to be read again while changes go on; all rows of a table without a filter, and then
    /// rows that the source has no more are deleted where they were kept. Throws <see cref="TaplineException"/> for a
    /// table that cannot be read so.</summary>
    public static async Task ExecuteSnapshotAsync(
        PostgresSourceOptions options, Guid id, IReadOnlyList<string> tables, string? filter, CancellationToken ct)
    {
        await using var connection = await OpenAsync(options, ct);
        var published = (await new CatalogReader(connection).PublishedTablesAsync(options.Publications, ct))
            .FindAll(table => table.Id != options.SignalTable);
        var captured = new TablePatterns(options.Tables);
        foreach (var name in tables)
        {
            var pattern = new TablePatterns([name]);
            var named = published.FindAll(table => pattern.Includes(table.Id) && captured.Includes(table.Id));
            if (named.Count == 0)
                throw new TaplineException($"no captured table is named {name}", "Names are written schema.table.");
            if (named.Find(static table => !table.HasPrimaryKey) is { } keyless)
            {
                throw new TaplineException(
                    $"{keyless.Id} has no primary key: its rows cannot be told apart",
                    $"Give it one: ALTER TABLE {keyless.QuotedName} ADD PRIMARY KEY (…);");
            }
        }
        var conditions = filter is null ? null : tables.Select(table => new SignalCondition(table, filter));
        var data = new SignalData(
            [.. tables], "incremental", conditions is null ? null : [.. conditions]);
        await InsertAsync(connection, options, id, "execute-snapshot", data, ct);
    }

    /// <summary>Gives up what was asked for; all of it when no table is named.</summary>
    public static Task StopSnapshotAsync(
        PostgresSourceOptions options, Guid id, IReadOnlyList<string> tables, CancellationToken ct)
    {
        var data = tables.Count == 0 ? null : new SignalData([.. tables], "incremental");
        return SendAsync(options, id, "stop-snapshot", data, ct);
    }

    /// <summary>Lets the reading rest.</summary>
    public static Task PauseSnapshotAsync(PostgresSourceOptions options, Guid id, CancellationToken ct) =>
        SendAsync(options, id, "pause-snapshot", null, ct);

    /// <summary>Lets it go on.</summary>
    public static Task ResumeSnapshotAsync(PostgresSourceOptions options, Guid id, CancellationToken ct) =>
        SendAsync(options, id, "resume-snapshot", null, ct);

    /// <summary>The statements by which an owner makes a source hear signals.</summary>
    public static string Preparation(PostgresSourceOptions options)
    {
        var (schema, name) = (
            SourceSession.Quote(options.SignalTable.Schema), SourceSession.Quote(options.SignalTable.Name));
        return $"CREATE SCHEMA IF NOT EXISTS {schema}; CREATE TABLE IF NOT EXISTS {schema}.{name} "
            + "(id varchar(64) PRIMARY KEY, type varchar(32) NOT NULL, data text); "
            + $"ALTER PUBLICATION {SourceSession.Quote(options.Publications[0])} ADD TABLE {schema}.{name};";
    }

    static async Task SendAsync(
        PostgresSourceOptions options, Guid id, string type, SignalData? data, CancellationToken ct)
    {
        await using var connection = await OpenAsync(options, ct);
        await InsertAsync(connection, options, id, type, data, ct);
    }

    static async Task<NpgsqlConnection> OpenAsync(PostgresSourceOptions options, CancellationToken ct)
    {
        var connection = new NpgsqlConnection(SourceSession.ConnectionString(options.ConnectionString));
        try
        {
            await connection.OpenAsync(ct);
            var published = await new CatalogReader(connection).PublishedTablesAsync(options.Publications, ct);
            return published.Exists(table => table.Id == options.SignalTable)
                ? connection
                : throw new TaplineException(
                    $"the source hears no signals: {options.SignalTable} is not a published table",
                    $"Run {Preparation(options)}");
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    static async Task InsertAsync(
        NpgsqlConnection connection,
        PostgresSourceOptions options,
        Guid id,
        string type,
        SignalData? data,
        CancellationToken ct)
    {
        var (schema, name) = (
            SourceSession.Quote(options.SignalTable.Schema), SourceSession.Quote(options.SignalTable.Name));
        await using var command = new NpgsqlCommand(
            $"INSERT INTO {schema}.{name} (id, type, data) VALUES ($1, $2, $3)", connection);
        command.Parameters.AddWithValue(id.ToString());
        command.Parameters.AddWithValue(type);
        command.Parameters.AddWithValue(
            NpgsqlTypes.NpgsqlDbType.Text,
            data is null ? DBNull.Value : JsonSerializer.Serialize(data, SignalJson.Default.SignalData));
        await command.ExecuteNonQueryAsync(ct);
    }
}
