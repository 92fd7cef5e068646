using Tapline.Lakehouse.DuckDb;

namespace Tapline.Cli.Bench.Lake;

/// <summary>What is asked of current rows to measure how fast they are read.</summary>
sealed class LakeQueries(int rows, int runs, TimeProvider time)
{
    const int LookupsOfRun = 5;

    static readonly string[] _names =
        ["every column of every row", "groups by two columns, of three", "one row by its key"];

    /// <summary>Asks a view or file of the table, and adds what it took to each query's section.</summary>
    public void Ask(
        DuckDbConnection connection, string relation, string name, BenchRole role, LakeResults results,
        CancellationToken ct)
    {
        var dice = new Random(rows);
        string[][] statements =
        [
            [.. Enumerable.Repeat($"SELECT max(COLUMNS(*)) FROM {relation}", runs)],
            [.. Enumerable.Repeat(
                $"SELECT status, model, count(*), max(updated_at) FROM {relation} GROUP BY ALL", runs)],
            [.. Enumerable.Range(0, runs * LookupsOfRun).Select(_ =>
                $"SELECT * FROM {relation} WHERE id = '{DeviceEvents.Id(dice.Next(rows))}'")],
        ];
        for (var i = 0; i < statements.Length; i++)
        {
            Run(connection, statements[i][0], ct);
            var took = statements[i].Select(sql => LakeResults.Milliseconds(Run(connection, sql, ct))).ToList();
            results.Add($"lake: reading {_names[i]}", "ms", new BenchLine(name, role, took));
        }
    }

    TimeSpan Run(DuckDbConnection connection, string sql, CancellationToken ct)
    {
        var began = time.GetTimestamp();
        using var result = connection.Query(sql, ct: ct);
        var found = result.Chunks().Sum(static chunk => chunk.Count);
        return found > 0
            ? time.GetElapsedTime(began)
            : throw new InvalidDataException("a row of the benchmark's own is not in the lake");
    }
}
