using System.Collections.Immutable;
using System.Text;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Models.Testing;

/// <summary>Runs what headers demand of rows over the rows that there are.</summary>
public static class DataTestRun
{
    const int KeysMax = 5;

    /// <summary>How many rows break a test, and the keys of the first of them.</summary>
    /// <param name="connection">Has the package's relations and models under their names.</param>
    /// <param name="model">The model.</param>
    /// <param name="test">One of its tests.</param>
    /// <param name="ct">Ends it.</param>
    public static DataTestResult Run(
        DuckDbConnection connection, Model model, ModelTest test, CancellationToken ct = default)
    {
        var broken = Broken(model, test);
        var count = Count(connection, broken, ct);
        return new DataTestResult(model.Name, test.Name, count)
        {
            Keys = count == 0 || model.Key.IsEmpty ? [] : Keys(connection, model, broken, ct),
        };
    }

    // Rows without a value in one of the columns are not compared: not_null is a test of its own.
    static string Broken(Model model, ModelTest test)
    {
        var table = SqlText.Identifier(model.Name);
        if (test.Unique.IsEmpty)
            return $"from {table} where {test.Condition}";
        var columns = test.Unique.Select(SqlText.Identifier).ToList();
        var known = string.Join(" and ", columns.Select(static column => $"{column} is not null"));
        return $"from (from {table} where {known} "
            + $"qualify count(*) over (partition by {string.Join(", ", columns)}) > 1)";
    }

    static long Count(DuckDbConnection connection, string broken, CancellationToken ct)
    {
        using var result = connection.Query($"select count(*) {broken}", ct: ct);
        using var chunk = result.NextChunk()!;
        return chunk.Column(0).Int64s[0];
    }

    static ImmutableArray<ImmutableArray<string?>> Keys(
        DuckDbConnection connection, Model model, string broken, CancellationToken ct)
    {
        var names = model.Key.Select(static name => $"{SqlText.Identifier(name)}::varchar").ToList();
        var keys = ImmutableArray.CreateBuilder<ImmutableArray<string?>>();
        using var result = connection.Query(
            $"select distinct {string.Join(", ", names)} {broken} order by all limit {KeysMax}", ct: ct);
        foreach (var chunk in result.Chunks())
        {
            for (var row = 0; row < chunk.Count; row++)
            {
                keys.Add([.. Enumerable.Range(0, names.Count).Select(column =>
                    chunk.Column(column).IsNull(row)
                        ? null
                        : Encoding.UTF8.GetString(chunk.Column(column).Bytes(row)))]);
            }
        }
        return keys.ToImmutable();
    }
}
