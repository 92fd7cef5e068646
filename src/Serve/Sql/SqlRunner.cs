using System.Collections.Immutable;
using System.Text;
using System.Text.RegularExpressions;
using Tapline.Contracts;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Serving.Sql;

/// <summary>Runs statements that only read, within limits, and writes their rows as text. One statement at a
/// time.</summary>
public sealed partial class SqlRunner(DuckDbConnection connection, SqlLimits limits, TimeProvider time)
{
    /// <summary>Runs one statement and writes its rows. Throws <see cref="TaplineException"/> when the statement is not
    /// SQL, would change something, fails, or takes longer than the limit.</summary>
    public SqlOutcome Run(string sql, ISqlWriter writer, CancellationToken ct)
    {
        var statement = sql.Trim().TrimEnd(';').TrimEnd();
        using var clock = new CancellationTokenSource(limits.TimeMax, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, clock.Token);
        try
        {
            var columns = Examine(statement);
            using var result = connection.Query(AsText(statement, columns, writer.NestedAsJson), ct: either.Token);
            return Write(result, columns, writer);
        }
        catch (OperationCanceledException) when (clock.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new TaplineException(
                $"the statement ran longer than {limits.TimeMax.TotalSeconds:0.#} s",
                "narrow it, or raise the time limit");
        }
        catch (DuckDbException failure)
        {
            throw new TaplineException(failure.Message, cause: failure);
        }
    }

    /// <summary>Checks that the statement only reads, and returns its columns.</summary>
    ImmutableArray<DuckDbColumn> Examine(string sql)
    {
        using var prepared = connection.Prepare(sql);
        if (prepared.Kind == DuckDbStatementKind.Explain)
        {
            // EXPLAIN ANALYZE runs what it explains, so that must only read as well.
            using var explained = connection.Prepare(ExplainPrefix().Replace(sql, "", 1));
            RequireSelect(explained.Kind);
        }
        else
        {
            RequireSelect(prepared.Kind);
        }
        return Named(prepared.Columns);
    }

    static void RequireSelect(DuckDbStatementKind kind)
    {
        if (kind != DuckDbStatementKind.Select)
            throw new TaplineException(
                "only statements that read are allowed here",
                "write a SELECT; the lake is changed by the pipeline alone");
    }

    /// <summary>Tells columns of the same name apart: <c>a</c>, <c>a_1</c>.</summary>
    internal static ImmutableArray<DuckDbColumn> Named(ImmutableArray<DuckDbColumn> columns)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var named = ImmutableArray.CreateBuilder<DuckDbColumn>(columns.Length);
        foreach (var column in columns)
        {
            var name = column.Name;
            for (var copy = 1; !taken.Add(name); copy++)
                name = $"{column.Name}_{copy}";
            named.Add(column with { Name = name });
        }
        return named.ToImmutable();
    }

    /// <summary>The statement with every column in DuckDB's own text form.</summary>
    internal static string AsText(string sql, ImmutableArray<DuckDbColumn> columns, bool nestedAsJson)
    {
        if (columns.All(static column => column.Type == DuckDbType.Varchar))
            return sql;
        var outer = new StringBuilder("SELECT ");
        var names = new StringBuilder();
        for (var i = 0; i < columns.Length; i++)
        {
            var separator = i > 0 ? ", " : "";
            names.Append(separator).Append($"c{i}");
            outer.Append(separator).Append(nestedAsJson && IsNested(columns[i].Type)
                ? $"CAST(to_json(c{i}) AS VARCHAR)"
                : $"CAST(c{i} AS VARCHAR)");
        }
        return outer.Append($" FROM (\n{sql}\n) AS t({names})").ToString();
    }

    internal static bool IsNested(DuckDbType type) => type.Kind
        is DuckDbTypeKind.List or DuckDbTypeKind.Struct or DuckDbTypeKind.Map or DuckDbTypeKind.Array
        or DuckDbTypeKind.Union;

    SqlOutcome Write(DuckDbResult result, ImmutableArray<DuckDbColumn> columns, ISqlWriter writer)
    {
        writer.Begin(columns);
        long rows = 0;
        var row = new string?[columns.Length];
        foreach (var chunk in result.Chunks())
        {
            for (var i = 0; i < chunk.Count; i++)
            {
                if (rows == limits.RowsMax)
                {
                    writer.End();
                    return new SqlOutcome(rows, Truncated: true);
                }
                for (var column = 0; column < row.Length; column++)
                    row[column] = Text(chunk.Column(column), i);
                writer.Row(row);
                rows++;
            }
        }
        writer.End();
        return new SqlOutcome(rows, Truncated: false);
    }

    internal static string? Text(DuckDbVector vector, int row) =>
        vector.IsNull(row) ? null : Encoding.UTF8.GetString(vector.Bytes(row));

    [GeneratedRegex(@"^\s*EXPLAIN\s+(ANALYZE\s+)?(\([^)]*\)\s*)?", RegexOptions.IgnoreCase)]
    private static partial Regex ExplainPrefix();
}

/// <summary>What a statement may use.</summary>
public sealed record SqlLimits
{
    /// <summary>Rows after which the output stops.</summary>
    public long RowsMax { get; init; } = 100_000;

    /// <summary>Time after which the statement is interrupted.</summary>
    public TimeSpan TimeMax { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>What a statement gave.</summary>
/// <param name="Rows">Rows written.</param>
/// <param name="Truncated">Whether there were more than the limit.</param>
public readonly record struct SqlOutcome(long Rows, bool Truncated);
