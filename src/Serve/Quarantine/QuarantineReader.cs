using System.Collections.Immutable;
using System.Text;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Lake;

namespace Tapline.Serving.Quarantine;

/// <summary>Reads what waits in the quarantine of a lake at its newest cut: of each record what was said of it last,
/// and nothing of those that a replay has brought home.</summary>
public sealed class QuarantineReader(DuckDbConnection connection, IReadOnlyCollection<LakeTable> tables)
{
    const int RecordsAtOnceMax = 1_000;

    /// <summary>Records by table and reason, the most first.</summary>
    public IReadOnlyList<QuarantineGroup> Groups(QuarantineChoice choice, CancellationToken ct)
    {
        if (!HasTable("quarantine"))
            return [];
        var batch = Read(
            [
                new ColumnSchema("t", ColumnType.String), new ColumnSchema("r", ColumnType.String),
                new ColumnSchema("c", ColumnType.Int64), new ColumnSchema("n", ColumnType.Timestamp),
                new ColumnSchema("d", ColumnType.String), new ColumnSchema("i", ColumnType.String),
            ],
            $"""
            SELECT "table", reason, count(*)::BIGINT, max(ingested_at), last(detail ORDER BY ingested_at, "offset"),
                   last(topic || '/' || "partition" || '/' || "offset" ORDER BY ingested_at, "offset")
            FROM ({Open(choice)}) GROUP BY ALL ORDER BY 3 DESC, 1, 2
            """,
            ct);
        return
        [
            .. Enumerable.Range(0, batch.Count).Select(row => new QuarantineGroup(
                Text(batch.Columns[0], row)!,
                Text(batch.Columns[1], row)!,
                batch.Columns[2].Int64s[row],
                batch.Columns[3].Int64s[row],
                Text(batch.Columns[4], row),
                Text(batch.Columns[5], row)!)),
        ];
    }

    /// <summary>Records in the order of their topics, partitions and offsets.</summary>
    public IEnumerable<QuarantinedRecord> Records(QuarantineChoice choice, CancellationToken ct)
    {
        if (!HasTable("quarantine"))
            yield break;
        for (var skip = 0; ; skip += RecordsAtOnceMax)
        {
            var batch = Read(
                Columns,
                $"""
                SELECT "table", reason, detail, topic, "partition", "offset", ingested_at, attempt, "key", "value",
                       headers
                FROM ({Open(choice)}) ORDER BY topic, "partition", "offset" LIMIT {RecordsAtOnceMax} OFFSET {skip}
                """,
                ct);
            for (var row = 0; row < batch.Count; row++)
                yield return Record(batch, row);
            if (batch.Count < RecordsAtOnceMax)
                yield break;
        }
    }

    static readonly ImmutableArray<ColumnSchema> Columns =
    [
        new("table", ColumnType.String), new("reason", ColumnType.String), new("detail", ColumnType.String),
        new("topic", ColumnType.String), new("partition", ColumnType.Int32), new("offset", ColumnType.Int64),
        new("ingested_at", ColumnType.Timestamp), new("attempt", ColumnType.Int32),
        new("key", ColumnType.Binary), new("value", ColumnType.Binary), new("headers", ColumnType.Binary),
    ];

    static QuarantinedRecord Record(ColumnBatch batch, int row)
    {
        var columns = batch.Columns;
        return new QuarantinedRecord(
            Text(columns[0], row)!,
            Text(columns[1], row)!,
            Text(columns[2], row),
            new RecordId(Text(columns[3], row)!, columns[4].Int32s[row], columns[5].Int64s[row]),
            columns[6].Int64s[row],
            columns[7].Int32s[row],
            Bytes(columns[8], row),
            Bytes(columns[9], row),
            Bytes(columns[10], row));
    }

    string Open(QuarantineChoice choice) => $"SELECT * FROM ({Waiting()}) q WHERE {choice.Condition()}";

    // A record is in the quarantine table once; what became of it since stands in the other one.
    string Waiting() => HasTable("quarantine_replayed")
        ? """
          SELECT q.* REPLACE (
                 CASE WHEN r.attempt IS NULL THEN q.reason ELSE r.reason END AS reason,
                 CASE WHEN r.attempt IS NULL THEN q.detail ELSE r.detail END AS detail),
                 coalesce(r.attempt, 0)::INTEGER AS attempt
          FROM quarantine q LEFT JOIN (
              SELECT topic, "partition", "offset", max(attempt) AS attempt, bool_or(outcome <> 'rejected') AS is_home,
                     last(reason ORDER BY attempt) AS reason, last(detail ORDER BY attempt) AS detail
              FROM quarantine_replayed GROUP BY topic, "partition", "offset"
          ) r ON r.topic = q.topic AND r."partition" = q."partition" AND r."offset" = q."offset"
          WHERE NOT coalesce(r.is_home, false)
          """
        : "SELECT *, 0::INTEGER AS attempt FROM quarantine";

    bool HasTable(string root) => tables.Any(table => table.Root == root && table.Files.Length > 0);

    ColumnBatch Read(ImmutableArray<ColumnSchema> columns, string sql, CancellationToken ct)
    {
        var batch = new ColumnBatch(columns);
        using var result = connection.Query(sql, ct: ct);
        result.CopyTo(batch);
        return batch;
    }

    static string? Text(ColumnBuffer column, int row) =>
        column.IsNull(row) ? null : Encoding.UTF8.GetString(column.Value(row));

    static byte[]? Bytes(ColumnBuffer column, int row) => column.IsNull(row) ? null : column.Value(row).ToArray();
}

/// <summary>Records of one table that are in quarantine for one reason.</summary>
/// <param name="Table">The table as far as it is known, else the topic.</param>
/// <param name="Reason">The reason.</param>
/// <param name="Count">How many.</param>
/// <param name="NewestAt">When the newest reached the log, microseconds since 1970.</param>
/// <param name="Detail">What is said of the newest.</param>
/// <param name="NewestId">Where the newest stood in the log.</param>
public sealed record QuarantineGroup(
    string Table, string Reason, long Count, long NewestAt, string? Detail, string NewestId);

/// <summary>Which records of the quarantine are meant.</summary>
/// <param name="Table">Those of a table, or of a topic; null for all.</param>
/// <param name="Reason">Those with a reason; null for all.</param>
/// <param name="Ids">These alone; empty for all.</param>
public sealed record QuarantineChoice(string? Table, string? Reason, IReadOnlyList<RecordId> Ids)
{
    /// <summary>All of it.</summary>
    public static QuarantineChoice All { get; } = new(null, null, []);

    /// <summary>The choice as a condition of SQL.</summary>
    public string Condition()
    {
        var conditions = new List<string> { "true" };
        if (Table is not null)
            conditions.Add($"""("table" = {SqlText.Literal(Table)} OR topic = {SqlText.Literal(Table)})""");
        if (Reason is not null)
            conditions.Add($"reason = {SqlText.Literal(Reason)}");
        if (Ids.Count > 0)
        {
            var ids = string.Join(", ", Ids.Select(static id => SqlText.Literal(id.ToString())));
            conditions.Add($"""(topic || '/' || "partition" || '/' || "offset") IN ({ids})""");
        }
        return string.Join(" AND ", conditions);
    }
}
