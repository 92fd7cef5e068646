using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Lake;

namespace Tapline.Cli.Chaos;

/// <summary>Holds the histories of a lake against themselves and against the current rows, in SQL.</summary>
/// <param name="lake">The lake.</param>
/// <param name="keys">The key of each source table: the lake's own tables have none.</param>
sealed class HistoryCheck(LakeSession lake, IReadOnlyDictionary<string, string[]> keys)
{
    const string Order = "_commit_lsn, _lsn, _offset";

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
        if (Count(NotCovered(names), ct) is > 0 and var rows)
            yield return new Finding(FindingKind.History, table, rows, "newest changes are not the current rows");
    }

    static string RepeatedChanges(Names names) =>
        $"""
        SELECT count(*) FROM (
            SELECT 1 FROM {names.History} WHERE _op <> 'r'
            GROUP BY {names.Key}, _commit_lsn, _lsn, _op HAVING count(*) > 1)
        """;

    static string RepeatedReads(Names names) =>
        $"""
        SELECT count(*) FROM (
            SELECT 1 FROM {names.History} WHERE _op = 'r' GROUP BY {names.Columns} HAVING count(*) > 1)
        """;

    // What is older than the newest truncation is gone with it.
    static string NotCovered(Names names) =>
        $"""
        WITH newest AS (
            SELECT * FROM {names.History} WHERE _op <> 't'
            QUALIFY row_number() OVER (
                PARTITION BY {names.Key} ORDER BY _commit_lsn DESC, _lsn DESC, _offset DESC) = 1),
        emptied AS (SELECT max(row({Order})) AS cut FROM {names.History} WHERE _op = 't'),
        alive AS (
            SELECT {names.Columns} FROM newest, emptied
            WHERE _op <> 'd' AND (cut IS NULL OR row({Order}) > cut)),
        held AS (SELECT {names.Columns} FROM {names.Current})
        SELECT count(*) FROM (
            (SELECT * FROM alive EXCEPT ALL SELECT * FROM held)
            UNION ALL (SELECT * FROM held EXCEPT ALL SELECT * FROM alive))
        """;

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
            var columns = current.Columns.Select(static column => column.Name);
            Columns = List(columns.Where(static name => !name.StartsWith('_')));
            Key = List(key);
        }

        public string Current { get; }

        public string History { get; }

        public string Columns { get; }

        public string Key { get; }

        static string List(IEnumerable<string> names) => string.Join(", ", names.Select(SqlText.Identifier));
    }
}
