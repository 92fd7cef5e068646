using System.Collections.Immutable;
using System.Text;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Models.Testing;

/// <summary>Runs unit tests of models: the model's SQL, and that of the models below it, over the given rows.</summary>
public static class UnitTestRun
{
    const string Offset = "_offset";

    /// <summary>What is wrong with the model's rows; empty when the test passes.</summary>
    public static ImmutableArray<string> Run(ModelPackage package, ModelUnitTest test, CancellationToken ct = default)
    {
        if (package.Find(test.Model) is not { } model)
            return [$"there is no model {test.Model}"];
        using var database = DuckDbDatabase.Open(options: new DuckDbOptions { Threads = 1 });
        using var connection = database.Connect();
        try
        {
            ModelCatalog.Create(connection, package);
            Give(connection, package, test);
            var needed = new HashSet<string>(StringComparer.Ordinal);
            Need(model);
            foreach (var each in package.Models.Where(each => needed.Contains(each.Name)))
            {
                connection.Execute(
                    $"create table {SqlText.Identifier(each.Name)} as {ModelCatalog.Typed(each)}", ct);
            }

            void Need(Model wanted)
            {
                if (test.Given.Any(given => given.Key == wanted.Name) || !needed.Add(wanted.Name))
                    return;
                foreach (var read in wanted.Reads.Select(package.Find).OfType<Model>())
                    Need(read);
            }
            return [.. Compare(connection, model, test, ct)];
        }
        catch (DuckDbException failure)
        {
            return [failure.Message.Split('\n')[0]];
        }
    }

    static void Give(DuckDbConnection connection, ModelPackage package, ModelUnitTest test)
    {
        foreach (var relation in package.Relations.Values)
            Create(connection, relation.Name, relation.Columns);
        Create(connection, ModelCatalog.Clock, ModelCatalog.ClockColumns);
        if (test.Clock is { } clock)
        {
            var text = clock.Contains(':', StringComparison.Ordinal) ? clock : $"{clock} 12:00:00Z";
            connection.Execute($"insert into {ModelCatalog.Clock} select timezone('UTC', t)::date, t, s::timestamptz "
                + $"from (select {SqlText.Literal(text)}::timestamptz as t, {SqlText.Literal(test.StartedAt)} as s)");
        }
        foreach (var (name, rows) in test.Given)
        {
            if (package.Find(name) is { } model)
                Create(connection, name, model.Columns);
            var columns = package.Find(name)?.Columns
                ?? (package.Relations.TryGetValue(name, out var relation) ? relation.Columns : []);
            // Changes and messages come in the order in which they are written down.
            var isOrdered = columns.Any(static column => column.Name == Offset);
            foreach (var (row, place) in rows.Select(static (row, place) => (row, place)))
            {
                var given = isOrdered && row.All(static pair => pair.Key != Offset)
                    ? row.Add(KeyValuePair.Create<string, string?>(Offset, $"{place}"))
                    : row;
                Insert(connection, name, columns, given);
            }
        }
    }

    static void Create(DuckDbConnection connection, string name, ImmutableArray<ColumnSchema> columns) =>
        connection.Execute($"create table {SqlText.Identifier(name)} as {ModelCatalog.Empty(columns)}");

    static void Insert(
        DuckDbConnection connection,
        string name,
        ImmutableArray<ColumnSchema> columns,
        ImmutableArray<KeyValuePair<string, string?>> row)
    {
        foreach (var (column, _) in row.Where(pair => columns.All(column => column.Name != pair.Key)))
            throw new DuckDbException($"Binder Error: {name} has no column \"{column}\"");
        var names = string.Join(", ", row.Select(static pair => SqlText.Identifier(pair.Key)));
        var values = string.Join(", ", row.Select(static pair => Literal(pair.Value)));
        connection.Execute($"insert into {SqlText.Identifier(name)} ({names}) values ({values})");
    }

    static IEnumerable<string> Compare(
        DuckDbConnection connection, Model model, ModelUnitTest test, CancellationToken ct)
    {
        var name = SqlText.Identifier(model.Name);
        connection.Execute($"create table _actual as select * from {name}", ct);
        var count = Text(connection, "select count(*)::varchar from _actual");
        if (count != $"{test.Expected.Length}")
            yield return $"{test.Expected.Length} rows expected, found {count}";
        foreach (var row in test.Expected)
        {
            var key = row.Where(pair => model.Key.Contains(pair.Key))
                .Select(pair => Condition(model, pair)).DefaultIfEmpty("true");
            var where = string.Join(" and ", key);
            if (Text(connection, $"select count(*)::varchar from _actual where {where}") == "0")
            {
                yield return $"no row has {where}";
                continue;
            }
            foreach (var pair in row.Where(pair => !model.Key.Contains(pair.Key)))
            {
                var column = SqlText.Identifier(pair.Key);
                var found = Text(connection, $"select {column}::varchar from _actual where {where} and not "
                    + $"({Condition(model, pair)}) limit 1", out var differs);
                if (differs)
                    yield return $"{pair.Key} is {found ?? "null"}, expected {pair.Value ?? "null"} (where {where})";
            }
        }
    }

    static string Condition(Model model, KeyValuePair<string, string?> pair)
    {
        var type = model.Columns.FirstOrDefault(column => column.Name == pair.Key) is { } schema
            ? DuckDbType.Of(schema).ToString()
            : "varchar";
        return $"{SqlText.Identifier(pair.Key)} is not distinct from {Literal(pair.Value)}::{type}";
    }

    static string Literal(string? value) => value is null ? "null" : SqlText.Literal(value);

    static string? Text(DuckDbConnection connection, string sql) => Text(connection, sql, out _);

    static string? Text(DuckDbConnection connection, string sql, out bool hasRow)
    {
        using var result = connection.Query(sql);
        using var chunk = result.NextChunk();
        hasRow = chunk is { Count: > 0 };
        return hasRow && !chunk!.Column(0).IsNull(0) ? Encoding.UTF8.GetString(chunk.Column(0).Bytes(0)) : null;
    }
}
