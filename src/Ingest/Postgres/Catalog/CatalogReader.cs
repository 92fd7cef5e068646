using System.Collections.Immutable;
using Npgsql;
using NpgsqlTypes;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Types;

namespace Tapline.Ingest.Postgres.Catalog;

/// <summary>Asks the system catalog about tables, publications and slots. Every answer is as of the connection's own
/// snapshot.</summary>
sealed class CatalogReader(NpgsqlConnection connection)
{
    // In pg_publication_tables the column list and the row filter exist from PostgreSQL 15 on.
    static readonly Version _publicationColumns = new(15, 0);

    // Before, a generated column never stood in the stream, whatever the column list says.
    static readonly Version _publishedGeneratedColumns = new(18, 0);

    const string TableFields =
        """
        c.oid, n.nspname::text, c.relname::text, c.relkind = 'p', c.relreplident,
        EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary),
        c.reltoastrelid <> 0 OR (c.relkind = 'p' AND EXISTS (
          SELECT FROM pg_partition_tree(c.oid) leaf JOIN pg_class l ON l.oid = leaf.relid WHERE l.reltoastrelid <> 0))
        """;

    /// <summary>The tables that one publication or more publish, each once; empty when there is none of that
    /// name.</summary>
    public Task<List<SourceTable>> PublishedTablesAsync(IReadOnlyList<string> publications, CancellationToken ct)
    {
        var detailed = connection.PostgreSqlVersion >= _publicationColumns;
        // A row is published that any of the publications publishes; the server insists on equal column lists.
        var details = detailed
            ? """
              CASE WHEN bool_and(rowfilter IS NOT NULL) THEN string_agg('(' || rowfilter || ')', ' OR ') END,
              min(attnames::text[])
              """
            : "NULL::text, NULL::text[]";
        return TablesAsync(
            $"""
            SELECT {TableFields}, p.filter, p.columns
            FROM (SELECT schemaname, tablename, {details} FROM pg_publication_tables
                  WHERE pubname = ANY($1) GROUP BY 1, 2) p (schemaname, tablename, filter, columns)
            JOIN pg_namespace n ON n.nspname = p.schemaname
            JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = p.tablename
            ORDER BY 2, 3
            """,
            publications,
            ct);
    }

    /// <summary>Every permanent table of the database that is not the system's and not a partition of
    /// another.</summary>
    public Task<List<SourceTable>> UserTablesAsync(CancellationToken ct) => TablesAsync(
        $"""
        SELECT {TableFields}, NULL::text, NULL::text[]
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence = 'p'
          AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' AND $1::text[] IS NOT NULL ORDER BY 2, 3
        """,
        [],
        ct);

    /// <summary>Those of the publications that do not exist.</summary>
    public Task<List<string>> MissingPublicationsAsync(IReadOnlyList<string> publications, CancellationToken ct) =>
        NamesAsync(
            "SELECT n FROM unnest($1) n WHERE NOT EXISTS (SELECT FROM pg_publication WHERE pubname = n)",
            publications,
            ct);

    /// <summary>Those of the publications that publish partitions under their own names.</summary>
    public Task<List<string>> LeafwisePublicationsAsync(IReadOnlyList<string> publications, CancellationToken ct) =>
        NamesAsync(
            "SELECT pubname::text FROM pg_publication WHERE pubname = ANY($1) AND NOT pubviaroot", publications, ct);

    /// <summary>The slot; null when there is none.</summary>
    public async Task<ReplicationSlotState?> SlotAsync(string name, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT plugin::text, active_pid, coalesce(confirmed_flush_lsn, '0/0'::pg_lsn), wal_status, safe_wal_size,
                   pg_wal_lsn_diff(pg_current_wal_lsn(), coalesce(confirmed_flush_lsn, pg_current_wal_lsn()))::bigint,
                   pg_wal_lsn_diff(pg_current_wal_lsn(), coalesce(restart_lsn, pg_current_wal_lsn()))::bigint,
                   coalesce(to_jsonb(s) ->> 'invalidation_reason',
                            CASE WHEN to_jsonb(s) ->> 'conflicting' = 'true' THEN 'rows_removed' END)
            FROM pg_replication_slots s WHERE slot_name = $1
            """,
            connection);
        command.Parameters.AddWithValue(name);
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct))
            return null;
        return new ReplicationSlotState(
            reader.IsDBNull(0) ? null : reader.GetString(0),
            reader.IsDBNull(1) ? null : reader.GetInt32(1),
            unchecked((long)(ulong)reader.GetFieldValue<NpgsqlLogSequenceNumber>(2)),
            reader.IsDBNull(3) ? null : reader.GetString(3),
            reader.IsDBNull(4) ? null : reader.GetInt64(4),
            reader.GetInt64(5),
            reader.GetInt64(6),
            reader.IsDBNull(7) ? null : reader.GetString(7));
    }

    /// <summary>Declares a relation's columns for the lake: names and types are the relation's own; whether a column
    /// may be null, its place in the key, its default and what it has in rows from before it are the catalog's,
    /// which can be newer than the relation.</summary>
    public async Task<TableDescription> DescribeAsync(
        uint relationId, ImmutableArray<RelationColumn> columns, CancellationToken ct)
    {
        var types = await TypesAsync(columns, ct);
        var present = new Dictionary<string, CatalogColumn>(StringComparer.Ordinal);
        await using var command = new NpgsqlCommand(
            """
            SELECT a.attname::text, a.attnotnull, coalesce(array_position(i.indkey::int2[], a.attnum), -1),
                   a.atttypid, a.atttypmod,
                   CASE WHEN a.attidentity <> '' THEN 'nextval()' ELSE pg_get_expr(d.adbin, d.adrelid) END,
                   CASE WHEN a.atthasmissing THEN (a.attmissingval::text::text[])[1] END
            FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
            LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = $1 AND a.attnum > 0 AND NOT a.attisdropped
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<uint> { TypedValue = relationId, NpgsqlDbType = NpgsqlDbType.Oid });
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                present[reader.GetString(0)] = new CatalogColumn(
                    reader.GetBoolean(1),
                    reader.GetInt32(2),
                    reader.GetFieldValue<uint>(3),
                    reader.GetInt32(4),
                    reader.IsDBNull(5) ? null : reader.GetString(5),
                    reader.IsDBNull(6) ? null : reader.GetString(6));
            }
        }
        // A key with a column that this relation lacks is a later key than the relation's.
        var keyHolds = present.Where(static p => p.Value.Key >= 0).All(p => columns.Any(c => c.Name == p.Key));
        return new TableDescription(
        [
            .. columns.Select((column, i) => present.TryGetValue(column.Name, out var found)
                ? PostgresTypes.Column(column.Name, types[i].Name, !found.NotNull, keyHolds ? found.Key : -1) with
                {
                    Missing = found.HasTypeOf(column) ? found.Missing : null,
                }
                : PostgresTypes.Column(column.Name, types[i].Name)),
        ],
        [
            .. columns.Select((column, i) => present.TryGetValue(column.Name, out var found) && found.HasTypeOf(column)
                ? types[i].Traits with { DefaultExpression = found.Default }
                : types[i].Traits),
        ]);
    }

    /// <summary>The names of types as <c>format_type</c> prints them, each domain taken back to what it is made of, and
    /// what the names do not tell.</summary>
    async Task<List<(string Name, TypeTraits Traits)>> TypesAsync(
        ImmutableArray<RelationColumn> columns, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            WITH RECURSIVE base AS (
                SELECT n, o AS type, m AS modifier FROM unnest($1, $2) WITH ORDINALITY AS t(o, m, n)
                UNION ALL
                SELECT b.n, t.typbasetype, t.typtypmod
                FROM base b JOIN pg_type t ON t.oid = b.type WHERE t.typtype = 'd')
            SELECT format_type(b.type, b.modifier), coalesce(e.typtype, t.typtype, 'b'),
                   ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = coalesce(e.oid, t.oid)
                         ORDER BY enumsortorder)
            FROM base b LEFT JOIN pg_type t ON t.oid = b.type
            LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A'
            WHERE t.typtype IS DISTINCT FROM 'd' ORDER BY b.n
            """,
            connection);
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = columns.Select(static c => c.TypeId).ToArray(),
            NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Oid,
        });
        command.Parameters.AddWithValue(columns.Select(static c => c.TypeModifier).ToArray());
        var types = new List<(string, TypeTraits)>(columns.Length);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            // A type that was dropped since has no name any more; its values are kept as their text.
            var name = reader.GetString(0);
            types.Add((
                name.StartsWith("???", StringComparison.Ordinal) ? "text" : name,
                new TypeTraits(reader.GetChar(1), [.. reader.GetFieldValue<string[]>(2)], null)));
        }
        return types;
    }

    async Task<List<string>> NamesAsync(string sql, IReadOnlyList<string> parameter, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue(parameter.ToArray());
        var names = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            names.Add(reader.GetString(0));
        return names;
    }

    async Task<List<SourceTable>> TablesAsync(string sql, IReadOnlyList<string> parameter, CancellationToken ct)
    {
        var found = new List<(SourceTable Table, string[]? Published)>();
        await using (var command = new NpgsqlCommand(sql, connection))
        {
            command.Parameters.AddWithValue(parameter.ToArray());
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                var table = new SourceTable(
                    reader.GetFieldValue<uint>(0),
                    new TableId(reader.GetString(1), reader.GetString(2)),
                    reader.GetBoolean(3),
                    (ReplicaIdentity)reader.GetChar(4),
                    reader.GetBoolean(5),
                    reader.GetBoolean(6),
                    reader.IsDBNull(7) ? null : reader.GetString(7),
                    []);
                found.Add((table, reader.IsDBNull(8) ? null : reader.GetFieldValue<string[]>(8)));
            }
        }
        var columns = await ColumnsAsync([.. found.Select(static f => f.Table.RelationId)], ct);
        return
        [
            .. found.Select(f => f.Table with
            {
                Columns =
                [
                    .. columns[f.Table.RelationId].Where(c => IsPublished(c.Column.Name, c.Generated, f.Published))
                        .Select(static c => c.Column),
                ],
            }),
        ];
    }

    bool IsPublished(string name, bool isGenerated, string[]? published) =>
        (!isGenerated || (published is not null && connection.PostgreSqlVersion >= _publishedGeneratedColumns))
        && (published is null || published.Contains(name));

    async Task<ILookup<uint, (RelationColumn Column, bool Generated)>> ColumnsAsync(
        uint[] relations, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT attrelid, attname::text, atttypid, atttypmod, attgenerated <> '' FROM pg_attribute
            WHERE attrelid = ANY($1) AND attnum > 0 AND NOT attisdropped ORDER BY attrelid, attnum
            """,
            connection);
        command.Parameters.Add(
            new NpgsqlParameter { Value = relations, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Oid });
        var columns = new List<(uint Relation, RelationColumn Column, bool Generated)>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            columns.Add((
                reader.GetFieldValue<uint>(0),
                new RelationColumn(reader.GetString(1), reader.GetFieldValue<uint>(2), reader.GetInt32(3)),
                reader.GetBoolean(4)));
        }
        return columns.ToLookup(static c => c.Relation, static c => (c.Column, c.Generated));
    }
}

/// <summary>A column as the catalog has it now.</summary>
readonly record struct CatalogColumn(
    bool NotNull, int Key, uint TypeId, int TypeModifier, string? Default, string? Missing)
{
    /// <summary>Whether a relation has the column with this type: a default of a later type is none of an earlier
    /// one's.</summary>
    public bool HasTypeOf(RelationColumn column) => (TypeId, TypeModifier) == (column.TypeId, column.TypeModifier);
}
