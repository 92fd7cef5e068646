using System.Collections.Immutable;
using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Sql;
using Tapline.Serving.Sql.Guard;

namespace Tapline.Cli.Tests.Serving.Guard;

/// <summary>Rows in one line: values with <c>|</c>, rows with <c>;</c> between.</summary>
sealed class RowsText : ISqlWriter
{
    readonly List<string> _rows = [];

    public bool NestedAsJson => true;

    public static async Task<string> OfAsync(GuardedSql sql, SqlRequest request, CancellationToken ct)
    {
        using var reading = await sql.OpenAsync(request with { Shape = SqlShape.Text }, ct);
        var text = new RowsText();
        while (reading.WriteNext(text))
            continue;
        return string.Join(';', text._rows);
    }

    public void Begin(ImmutableArray<DuckDbColumn> columns)
    {
    }

    public void Row(ReadOnlySpan<string?> values) => _rows.Add(string.Join('|', values.ToArray()));

    public void End()
    {
    }
}
