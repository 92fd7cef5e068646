using System.Text;
using System.Text.Json.Nodes;
using Tapline.Contracts;
using Tapline.Serving.Lake;
using Tapline.Serving.Sql.Guard;

namespace Tapline.Serving.Http;

/// <summary>How the service and the lake fare, for people, probes and Prometheus.</summary>
sealed class StatusEndpoint(ServedLake lake, GuardedSql sql, ServeCounters counters, TimeProvider time)
{
    /// <summary>The whole of it.</summary>
    public async Task ShowAsync(HttpCall call)
    {
        var cut = await lake.CutAsync(call.Aborted);
        var document = new JsonObject
        {
            ["cut"] = cut.Version,
            ["tables"] = cut.Tables.Length,
            ["statements"] = sql.Count,
            ["failed_readings"] = lake.FailuresOfReading,
            ["lanes"] = new JsonArray([.. cut.Lanes.Select(static lane => new JsonObject
            {
                ["lane"] = lane.Lane,
                ["epoch"] = lane.Epoch,
                ["committed_at"] = HttpCall.Instant(lane.CommittedAtMs),
            })]),
        };
        if (cut.CommittedAtMs > 0)
            document["freshness_seconds"] = Age(cut);
        await call.WriteAsync(document);
    }

    /// <summary>Whether the process answers.</summary>
    public static Task LiveAsync(HttpCall call) => call.WriteAsync(new JsonObject { ["status"] = "live" });

    /// <summary>Whether the lake can be read.</summary>
    public async Task ReadyAsync(HttpCall call)
    {
        try
        {
            await lake.CutAsync(call.Aborted);
        }
        catch (Exception failure) when (failure is IOException or TaplineException)
        {
            throw new ProblemException(503, "not_ready", "the lake cannot be read yet");
        }
        await call.WriteAsync(new JsonObject { ["status"] = "ready" });
    }

    /// <summary>Figures in Prometheus' text format.</summary>
    public async Task MetricsAsync(HttpCall call)
    {
        var cut = await lake.CutAsync(call.Aborted);
        var text = new MetricsText();
        if (cut.CommittedAtMs > 0)
            text.Gauge("tapline_freshness_seconds", "Age of the newest commit that is shown.", Age(cut));
        text.Gauge("tapline_lake_read_failures", "Readings of the lake that failed.", lake.FailuresOfReading);
        text.Gauge("tapline_sql_running", "Statements that run or wait.", sql.Count);
        text.Gauges("tapline_epoch", "Newest complete epoch of a lane.",
            cut.Lanes.Select(static lane => ($"lane=\"{MetricsText.Escape(lane.Lane)}\"", (double)lane.Epoch)));
        text.Gauges("tapline_table_files", "Data files of a table.",
            cut.Tables.Select(static table => (Label(table), (double)table.Files.Length)));
        text.Gauges("tapline_table_version", "Delta version of a table.",
            cut.Tables.Select(static table => (Label(table), (double)table.Version)));
        text.Gauges("tapline_table_rows", "Rows of a table.",
            from table in cut.Tables where table.RowCount is not null select (Label(table), (double)table.RowCount!));
        text.Gauges("tapline_dv_deleted_ratio", "Part of the rows in a table's files that is deleted.",
            from table in cut.Tables where table.DeletedRatio is not null
            select (Label(table), table.DeletedRatio!.Value));
        counters.Write(text);
        call.Context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        Encoding.UTF8.GetBytes(text.ToString(), call.Context.Response.BodyWriter);
        await call.Context.Response.BodyWriter.FlushAsync(call.Aborted);
    }

    static string Label(LakeTable table) => $"table=\"{MetricsText.Escape(table.Root)}\"";

    double Age(LakeCut cut) =>
        Math.Max(0, (time.GetUtcNow().ToUnixTimeMilliseconds() - cut.CommittedAtMs) / 1000.0);
}
