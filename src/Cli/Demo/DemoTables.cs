using System.Globalization;
using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Lake;

namespace Tapline.Cli.Demo;

/// <summary>How fresh the tables are that models keep current.</summary>
static class DemoTables
{
    /// <summary>A statement with a row for each table of entities and grains: its rows, and when the newest change in
    /// it happened at the source.</summary>
    public static string Freshness(LakeSession session, DateTimeOffset now)
    {
        var at = SqlText.Literal(now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        var tables = session.Tables
            .Where(static table =>
                table.Layer == "entity" && !table.Name.EndsWith("_history", StringComparison.Ordinal))
            .Select(table => $"""
                select {SqlText.Literal(table.Name)} as "table", count(*) as rows,
                       (epoch({at}::timestamptz) - epoch(max(_source_ts)))::decimal(9, 1) as newest_change_s_ago
                from {LakeSession.RelationOf(table)}
                """);
        return $"select * from ({string.Join("\nunion all\n", tables)}) order by newest_change_s_ago, \"table\"";
    }
}
