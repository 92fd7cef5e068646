using System.Text;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Scan;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;

namespace Tapline.Streaming.Tests.Lanes;

/// <summary>Rows of one version of a lake's table, values as text.</summary>
static class TableQuery
{
    /// <summary>Runs a SELECT of some columns, which commas and spaces part, over the rows.</summary>
    public static async Task<List<string?[]>> RunAsync(
        IObjectStore lake, string root, long version, string columns, CancellationToken ct, string tail = "")
    {
        var snapshot = await DeltaTable.ReadAsync(lake, root, version, ct);
        Assert.NotNull(snapshot);
        var scan = await TableScan.PlanAsync(lake, root, snapshot, files: null, ct);
        return Run(scan, columns, tail, ct);
    }

    /// <summary>The same over what a version changed, of which <c>_change_type</c> tells.</summary>
    public static async Task<List<string?[]>> ChangesAsync(
        IObjectStore lake, string root, long version, string columns, CancellationToken ct)
    {
        var scan = await ChangeScan.PlanAsync(lake, root, version, version, ct);
        return Run(scan, columns, "", ct);
    }

    static List<string?[]> Run(TableScan scan, string columns, string tail, CancellationToken ct)
    {
        using var database = DuckDbDatabase.Open();
        using var connection = database.Connect();
        new ScanSession(connection).Bind("rows", scan, ct);
        var selected = string.Join(", ", columns.Split(", ").Select(column => $"CAST({column} AS VARCHAR)"));
        return Read(connection, $"SELECT {selected} FROM ({ScanSession.Select("rows", scan)}) {tail}", ct);
    }

    /// <summary>The rows of a query whose columns are all text.</summary>
    public static List<string?[]> Read(DuckDbConnection connection, string sql, CancellationToken ct)
    {
        using var result = connection.Query(sql, ct: ct);
        var rows = new List<string?[]>();
        foreach (var chunk in result.Chunks())
        {
            for (var row = 0; row < chunk.Count; row++)
                rows.Add([.. Enumerable.Range(0, result.Columns.Length).Select(i => Text(chunk, i, row))]);
        }
        return rows;
    }

    static string? Text(DuckDbChunk chunk, int column, int row)
    {
        var vector = chunk.Column(column);
        return vector.IsNull(row) ? null : Encoding.UTF8.GetString(vector.Bytes(row));
    }
}
