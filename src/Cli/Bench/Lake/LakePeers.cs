using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Lake;

namespace Tapline.Cli.Bench.Lake;

/// <summary>What DuckDB alone takes for the same rows: it has them in a table of its own, and writes files with
/// <c>COPY</c>, zstd, on all processors.</summary>
sealed class LakePeers(BenchOptions options, LakeQueries queries, LakeResults results)
{
    const string Current = "\"current\".\"app_devices\"";
    const string Parquet = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)";

    /// <summary>Measures loading, copying, copying with a batch of changes in place, and reading.</summary>
    /// <param name="lake">A session at a lake with all rows.</param>
    /// <param name="batch">How many of the newest changes are the batch.</param>
    /// <param name="offset">The offset behind them.</param>
    /// <param name="folder">Where files may go.</param>
    /// <param name="ct">Ends it.</param>
    public void Measure(LakeSession lake, int batch, long offset, string folder, CancellationToken ct)
    {
        var connection = lake.Connection;
        var file = Path.Combine(folder, "peer.parquet");
        var load = Timed(connection, $"CREATE TEMP TABLE own AS SELECT * FROM {Current}", ct);
        results.Add(LakeRun.Restart(options), "ms",
            new BenchLine("DuckDB reads the rows into a table", BenchRole.Peer, [LakeResults.Milliseconds(load)]));
        results.Add(LakeRun.FirstLoad(options), "rows/s",
            Repeated("DuckDB COPY of the rows", connection, $"COPY own TO {SqlText.Literal(file)} {Parquet}",
                options.Rows, ct));
        queries.Ask(
            connection, $"read_parquet({SqlText.Literal(file)})", "DuckDB's own file", BenchRole.Peer, results, ct);

        var columns = string.Join(", ", lake.Tables.First(static table => table.Layer == "current").Scan.Columns
            .Select(static column => SqlText.Identifier(column.Name)));
        connection.Execute(
            $"""
            CREATE TEMP TABLE changes AS SELECT {columns} FROM "history"."app_devices" WHERE _offset >= {offset - batch}
            QUALIFY row_number() OVER (PARTITION BY id ORDER BY _offset DESC) = 1
            """, ct);
        var merge = $"COPY (SELECT * FROM own ANTI JOIN changes USING (id) UNION ALL SELECT * FROM changes) "
            + $"TO {SqlText.Literal(file)} {Parquet}";
        const string Name = "DuckDB COPY of all with the batch";
        results.Add(LakeRun.Upserts(options, batch), "changes/s", Repeated(Name, connection, merge, batch, ct));
        results.Add(LakeRun.Written(batch), "B/change",
            new BenchLine(Name, BenchRole.Peer, [new BenchRun(new FileInfo(file).Length / (double)batch, 0, 0)]));
        File.Delete(file);
    }

    BenchLine Repeated(string name, DuckDbConnection connection, string sql, int rows, CancellationToken ct)
    {
        var runs = new List<BenchRun>();
        for (var run = 0; run < options.Runs; run++)
        {
            var cpu = Environment.CpuUsage.TotalTime;
            var took = Timed(connection, sql, ct);
            cpu = Environment.CpuUsage.TotalTime - cpu;
            runs.Add(new BenchRun(rows / took.TotalSeconds, cpu.TotalNanoseconds / rows, 0));
        }
        return new BenchLine(name, BenchRole.Peer, runs);
    }

    TimeSpan Timed(DuckDbConnection connection, string sql, CancellationToken ct)
    {
        var began = options.Time.GetTimestamp();
        connection.Execute(sql, ct);
        return options.Time.GetElapsedTime(began);
    }
}
