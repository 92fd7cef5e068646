using System.Collections.Immutable;
using Npgsql;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Catalog;

namespace Tapline.Ingest.Postgres;

/// <summary>Says what a database holds before anything is captured. Changes nothing.</summary>
public static class PostgresDiscovery
{
    /// <summary>Every table that the options' patterns want, in the order of their names.</summary>
    public static async Task<ImmutableArray<DiscoveredTable>> ReadAsync(
        PostgresSourceOptions options, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(SourceSession.ConnectionString(options.ConnectionString));
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(
            """
            SELECT n.nspname::text, c.relname::text, greatest(c.reltuples, 0)::bigint, pg_total_relation_size(c.oid),
                   c.relreplident,
                   coalesce((SELECT array_agg(a.attname::text ORDER BY array_position(i.indkey::int2[], a.attnum))
                             FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
                             WHERE i.indrelid = c.oid AND i.indisprimary), '{}')
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence = 'p'
              AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\_%'
            ORDER BY 1, 2
            """,
            connection);
        var patterns = new TablePatterns(options.Tables);
        var tables = ImmutableArray.CreateBuilder<DiscoveredTable>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var table = new TableId(reader.GetString(0), reader.GetString(1));
            if (!patterns.Includes(table))
                continue;
            string[] key = reader.GetFieldValue<string[]>(5);
            var identity = reader.GetChar(4);
            tables.Add(new DiscoveredTable(
                table,
                reader.GetInt64(2),
                reader.GetInt64(3),
                [.. key],
                Word(identity),
                Advice(table, identity, key.Length > 0),
                TopicNames.Data(options.Prefix, table)));
        }
        return tables.ToImmutable();
    }

    static string Word(char identity) => identity switch
    {
        'f' => "full",
        'i' => "index",
        'n' => "nothing",
        _ => "default",
    };

    // With its own source, Tapline keeps unchanged large values under the default identity: full is not asked for.
    static string? Advice(TableId table, char identity, bool hasKey)
    {
        var name = $"{SourceSession.Quote(table.Schema)}.{SourceSession.Quote(table.Name)}";
        return (identity, hasKey) switch
        {
            ('i', true) => $"deletes would not name the primary key: ALTER TABLE {name} REPLICA IDENTITY DEFAULT;",
            ('n', true) => $"updates and deletes would fail: ALTER TABLE {name} REPLICA IDENTITY DEFAULT;",
            ('f', false) => "there is no primary key: inserts are kept, updates and deletes go to quarantine",
            (_, false) => $"there is no primary key: add one, or ALTER TABLE {name} REPLICA IDENTITY FULL;",
            _ => null,
        };
    }
}

/// <summary>A table that could be captured.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Rows">About how many rows, as the server's statistics have it.</param>
/// <param name="Bytes">What it takes on disk, indexes and large values too.</param>
/// <param name="Key">The primary key's columns.</param>
/// <param name="Identity">Its replica identity: default, full, index or nothing.</param>
/// <param name="Advice">What to change first; null when nothing has to be.</param>
/// <param name="Topic">The topic that its changes would go to.</param>
public sealed record DiscoveredTable(
    TableId Table,
    long Rows,
    long Bytes,
    ImmutableArray<string> Key,
    string Identity,
    string? Advice,
    string Topic);
