using Microsoft.Extensions.Logging;
using Npgsql;
using Tapline.Contracts;
using Tapline.Ingest.Postgres.Catalog;

namespace Tapline.Ingest.Postgres;

/// <summary>Makes sure that a publication exists, and says which tables are captured by it.</summary>
sealed class SourceSetup(NpgsqlDataSource database, PostgresSourceOptions options, ILogger logger)
{
    /// <summary>Checks the database, creates the publication if it does not exist, and returns its wanted
    /// tables.</summary>
    public async Task<List<SourceTable>> PrepareAsync(CancellationToken ct)
    {
        var report = await PostgresPreflight.CheckAsync(options, ct);
        if (report.ToException() is { } failure)
            throw failure;
        await using var connection = await database.OpenConnectionAsync(ct);
        var catalog = new CatalogReader(connection);
        var patterns = new TablePatterns(options.Tables);
        // Of several publications none is missing: that was a problem of the check.
        if (await catalog.MissingPublicationsAsync(options.Publications, ct) is [_])
        {
            var wanted = (await catalog.UserTablesAsync(ct))
                .FindAll(table => patterns.Includes(table.Id) || table.Id == options.SignalTable);
            await CreatePublicationAsync(connection, wanted, ct);
        }
        return (await catalog.PublishedTablesAsync(options.Publications, ct))
            .FindAll(t => patterns.Includes(t.Id) && t.Id != options.SignalTable);
    }

    async Task CreatePublicationAsync(NpgsqlConnection connection, List<SourceTable> tables, CancellationToken ct)
    {
        if (tables.Count == 0)
            throw new TaplineException("there is no table to capture", "Create one, or name others.");
        var statement =
            $"CREATE PUBLICATION {SourceSession.Quote(options.Publications[0])} FOR TABLE "
            + string.Join(", ", tables.Select(static t => t.QuotedName)) + " WITH (publish_via_partition_root = true)";
        try
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(ct);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new TaplineException(
                $"publication {options.Publications[0]} does not exist, and this role may not create it",
                $"As the tables' owner run: {statement};",
                exception);
        }
        logger.PublicationCreated(options.Publications[0], tables.Count);
    }
}
