using System.Globalization;

namespace Tapline.Cli.Chaos;

/// <summary>A table of which nothing rests: rows, keys, large values, columns and their types. What happens next
/// follows from the dice and from what the table holds.</summary>
sealed class DriftTable(string name, Random dice)
{
    const int RowsAtStart = 300;
    const int ColumnsMax = 6;

    readonly List<DriftColumn> _columns = [];
    long _lastId = RowsAtStart;
    int _lastColumn;

    /// <summary>What makes the table.</summary>
    public string Create() =>
        $"""
        CREATE TABLE {name} (
            id bigint PRIMARY KEY, part integer NOT NULL, amount numeric(12,2), body text, doc jsonb);
        INSERT INTO {name} (id, part, amount, body, doc)
            SELECT id, id % 7, id / 4.0, {Large("id")}, jsonb_build_object('id', id)
            FROM generate_series(1, {RowsAtStart}) id
        """;

    /// <summary>The statements of the next transaction.</summary>
    public IReadOnlyList<string> Next() => dice.Next(200) switch
    {
        < 50 => [Insert(dice.Next(1, 20))],
        < 100 => [$"UPDATE {name} SET amount = amount + 1, part = part + 1 WHERE {Some(5)}"],
        < 120 => [$"UPDATE {name} SET body = {(dice.Next(4) == 0 ? "NULL" : Large("id"))} WHERE {Some(2)}"],
        < 132 => [$"UPDATE {name} SET doc = coalesce(doc, '{Empty}') || '{Patch()}'::jsonb WHERE {Some(4)}"],
        < 152 => [$"DELETE FROM {name} WHERE {Some(3)}"],
        < 162 => Reinsert(),
        < 178 => Swap(),
        < 186 => [$"UPDATE {name} SET id = {++_lastId} WHERE {Some(1)}"],
        < 187 => [$"TRUNCATE {name}", Insert(RowsAtStart)],
        < 194 => Fill(),
        _ => Alter(),
    };

    static string Empty => "{}";

    string Insert(int count)
    {
        var first = _lastId + 1;
        _lastId += count;
        return $"INSERT INTO {name} (id, part, amount, body, doc) SELECT id, id % 7, id / 4.0, "
            + $"CASE WHEN id % 5 = 0 THEN {Large("id")} END, NULL FROM generate_series({first}, {_lastId}) id";
    }

    // The same key goes and comes again within one transaction.
    string[] Reinsert() =>
    [
        $"CREATE TEMP TABLE gone ON COMMIT DROP AS SELECT id, part FROM {name} WHERE {Some(3)}",
        $"DELETE FROM {name} WHERE id IN (SELECT id FROM gone)",
        $"INSERT INTO {name} (id, part) SELECT id, part + 1 FROM gone",
    ];

    // Two rows take each other's key; their large values go along unseen.
    string[] Swap() =>
    [
        $"UPDATE {name} SET id = -id WHERE {Some(2)}",
        $"UPDATE {name} SET id = CASE WHEN (SELECT count(*) FROM {name} WHERE id < 0) = 2 "
            + $"THEN (SELECT sum(-id) FROM {name} WHERE id < 0) + id ELSE -id END WHERE id < 0",
    ];

    string[] Fill() => _columns.Count == 0
        ? [Insert(1)]
        : [SetValues(_columns[dice.Next(_columns.Count)], Some(40))];

    string[] Alter()
    {
        var at = dice.Next(Math.Max(1, _columns.Count));
        return dice.Next(4) switch
        {
            0 when _columns.Count > 2 => Drop(at),
            1 when _columns.Count > 0 => Rename(at),
            2 when _columns.Count > 0 && _columns[at].CanWiden => Widen(at),
            _ when _columns.Count < ColumnsMax => Add(),
            _ => Drop(at),
        };
    }

    string[] Add()
    {
        var column = DriftColumn.Draw(NewName(), dice);
        _columns.Add(column);
        var value = column.Default is { } number
            ? string.Create(CultureInfo.InvariantCulture, $" DEFAULT {column.ValueOver($"{number}::bigint")}")
            : "";
        return [$"ALTER TABLE {name} ADD COLUMN {column.Name} {column.Types[0]}{value}", SetValues(column, Some(40))];
    }

    string[] Drop(int at)
    {
        var column = _columns[at];
        _columns.RemoveAt(at);
        return [$"ALTER TABLE {name} DROP COLUMN {column.Name}"];
    }

    // No event says that a column has another name: its values are seen when their rows change.
    string[] Rename(int at)
    {
        var before = _columns[at];
        _columns[at] = before with { Name = NewName() };
        return
        [
            $"ALTER TABLE {name} RENAME COLUMN {before.Name} TO {_columns[at].Name}",
            $"UPDATE {name} SET part = part",
        ];
    }

    // PostgreSQL writes the table anew and forgets which rows have the default that the column came with; a source that
    // has not asked for it yet learns it from the rows alone.
    string[] Widen(int at)
    {
        var before = _columns[at];
        var column = _columns[at] = before with { Types = before.Types[1..], Default = null };
        return
        [
            $"ALTER TABLE {name} ALTER COLUMN {column.Name} TYPE {column.Types[0]}",
            before.Default is null ? SetValues(column, Some(10)) : $"UPDATE {name} SET part = part",
        ];
    }

    string NewName() => string.Create(CultureInfo.InvariantCulture, $"c{++_lastColumn}");

    string SetValues(DriftColumn column, string where) =>
        $"UPDATE {name} SET {column.Name} = (SELECT {column.ValueOver("h")} FROM "
        + $"(SELECT abs(hashtext({name}.id || '{Salt()}')::bigint) AS h) hashed) WHERE {where}";

    string Some(int count) =>
        $"id IN (SELECT id FROM {name} ORDER BY md5(id || '{Salt()}') LIMIT {count})";

    // Hexadecimal noise does not compress below what PostgreSQL keeps in the row.
    string Large(string id) =>
        $"(SELECT string_agg(md5({id} || '{Salt()}' || n), '') FROM generate_series(1, {dice.Next(120, 400)}) n)";

    string Patch() => $$"""{"revision": {{dice.Next(1_000)}}}""";

    string Salt() => dice.Next().ToString(CultureInfo.InvariantCulture);
}
