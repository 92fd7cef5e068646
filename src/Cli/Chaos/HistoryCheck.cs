using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Lake;

namespace Tapline.Cli.Chaos;

/// <summary>Holds the histories of a lake against themselves and against the current rows, in SQL.</summary>
/// <param name="lake">The lake.</param>
/// <param name="keys">The key of each source table: the lake's own tables have none.</param>
sealed class HistoryCheck(LakeSession lake, IReadOnlyDictionary<string, string[]> keys)
{
    // A row that was read has no commit; where it was read lies between those of the others.
    const string Order = "greatest(_commit_lsn, _lsn), _lsn, _offset";

    /// <summary>Checks every history, and the quarantine.</summary>
    public IEnumerable<Finding> Run(CancellationToken ct)
    {
        foreach (var table in lake.Tables.Where(static table => table.Layer == "current"))
        {
            var names = new Names(table, keys[table.Name]);
            foreach (var finding in Check(table.Name, names, ct))
                yield return finding;
        }
        if (lake.Tables.Any(static table => table.Layer == "quarantine")
            && Count("SELECT count(*) FROM quarantine", ct) is > 0 and var rejected)
        {
            yield return new Finding(FindingKind.Quarantine, "quarantine", rejected, "records were not understood");
        }
    }

    IEnumerable<Finding> Check(string table, Names names, CancellationToken ct)
    {
        if (Count(RepeatedChanges(names), ct) is > 0 and var changes)
            yield return new Finding(FindingKind.Duplicate, table, changes, "changes are in the history twice");
        if (Count(RepeatedReads(names), ct) is > 0 and var reads)
            yield return new Finding(FindingKind.Duplicate, table, reads, "copied rows are in the history twice");
        if (Count(NotCovered(table, names), ct) is > 0 and var rows)
            yield return new Finding(FindingKind.History, table, rows, "newest changes are not the current rows");
    }

    static string RepeatedChanges(Names names) =>
        $"""
        SELECT count(*) FROM (
            SELECT 1 FROM {names.History} WHERE _op <> 'r'
            GROUP BY {names.Key}, _commit_lsn, _lsn, _op HAVING count(*) > 1)
        """;

    // A row may be read as it once was: what happened between, or a column that was dropped, made it another one.
    static string RepeatedReads(Names names) =>
        $"""
        WITH placed AS (
            SELECT *, lag(row({names.Columns})) OVER place AS "columns before", lag(_op) OVER place AS "op before"
            FROM {names.History} WINDOW place AS (PARTITION BY {names.Key} ORDER BY row({Order})))
        SELECT count(*) FROM placed
        WHERE _op = 'r' AND "op before" = 'r' AND "columns before" IS NOT DISTINCT FROM row({names.Columns})
        """;

    // What is older than the newest truncation is gone with it. What a change of columns gave a row, or took from it,
    // no change of the row says: rows from before it are compared without that column.
    string NotCovered(string table, Names names) =>
        $"""
        WITH newest AS (
            SELECT * FROM {names.History} WHERE _op <> 't'
            QUALIFY row_number() OVER (
                PARTITION BY {names.Key} ORDER BY row({Order}) DESC) = 1),
        emptied AS (SELECT max(row({Order})) AS cut FROM {names.History} WHERE _op = 't'),
        alive AS (
            SELECT newest.*, 1 AS "copy of row" FROM newest, emptied
            WHERE _op <> 'd' AND (cut IS NULL OR row({Order}) > cut)),
        held AS (
            SELECT *, row_number() OVER (PARTITION BY {names.Key}) AS "copy of row" FROM {names.Current}),
        altered AS ({Altered(table)})
        SELECT count(*) FROM alive FULL JOIN held ON {names.SameRow} AND alive."copy of row" = held."copy of row"
        WHERE alive."copy of row" IS NULL OR held."copy of row" IS NULL OR NOT ({names.SameValues})
        """;

    // The newest change of each column that gives rows another value without an event.
    string Altered(string table) => lake.Tables.Any(static table => table.Layer == "schema_history")
        ? $"""
          SELECT "column" AS name, max(row(commit_lsn, lsn)) AS since FROM schema_history
          WHERE "table" = {SqlText.Literal(table)} AND (change = 'added' OR outcome LIKE 'goes to %') GROUP BY 1
          """
        : "SELECT NULL::VARCHAR AS name, row(0::BIGINT, 0::BIGINT) AS since";

    long Count(string sql, CancellationToken ct)
    {
        using var result = lake.Query(sql, ct: ct);
        using var chunk = result.NextChunk() ?? throw new InvalidOperationException("a count has no row");
        return chunk.Column(0).Int64s[0];
    }

    /// <summary>The names of a table in SQL.</summary>
    sealed class Names
    {
        public Names(LakeTable current, string[] key)
        {
            Current = LakeSession.RelationOf(current);
            History = LakeSession.RelationOf(current with { Root = $"history/{current.Name}" });
            var columns = current.Columns.Where(static column => !column.Name.StartsWith('_')).ToList();
            Columns = List(columns.Select(static column => column.Name));
            Key = List(key);
            SameRow = string.Join(" AND ", key.Select(SqlText.Identifier).Select(static name =>
                $"alive.{name} = held.{name}"));
            // A row that is read again loses what a column had that the source has dropped.
            SameValues = string.Join(" AND ", columns.Where(static column => !column.IsRetired).Select(
                static column => Same(SqlText.Identifier(column.Name), SqlText.Literal(column.Origin))));
        }

        public string Current { get; }

        public string History { get; }

        public string Columns { get; }

        public string Key { get; }

        /// <summary>Whether a row of the histories and one of the current rows are of the same key.</summary>
        public string SameRow { get; }

        /// <summary>Whether both have the same values.</summary>
        public string SameValues { get; }

        static string Same(string column, string source) =>
            $"(alive.{column} IS NOT DISTINCT FROM held.{column} OR coalesce(row(alive._commit_lsn, alive._lsn) < "
            + $"(SELECT since FROM altered WHERE name = {source}), false))";

        static string List(IEnumerable<string> names) => string.Join(", ", names.Select(SqlText.Identifier));
    }
}
