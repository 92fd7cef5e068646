using System.Text.Json.Nodes;
using Tapline.Contracts.Schema;
using Tapline.Serving.Lake;

namespace Tapline.Serving.Http;

/// <summary>Which tables there are, and how they are.</summary>
sealed class TablesEndpoint(ServedLake lake, TimeProvider time)
{
    /// <summary>All tables that the caller sees.</summary>
    public async Task ListAsync(HttpCall call)
    {
        var cut = await lake.CutAsync(call.Aborted);
        var tables = Visible(call, cut).Select(table => Summary(call, cut, table));
        await call.WriteAsync(new JsonObject { ["cut"] = cut.Version, ["tables"] = new JsonArray([.. tables]) });
    }

    /// <summary>One table with its columns.</summary>
    public async Task ShowAsync(HttpCall call)
    {
        var cut = await lake.CutAsync(call.Aborted);
        var name = call.Path("name");
        var table = Visible(call, cut).FirstOrDefault(table => NamesOf(table).Contains(name))
            ?? throw ProblemException.NotFound($"table {name}");
        var document = Summary(call, cut, table);
        document["columns"] = new JsonArray([.. table.Scan.Columns.Select(column => Column(table, column.Name,
            column.SqlType))]);
        await call.WriteAsync(document);
    }

    /// <summary>The newest epochs of the lanes: what <c>as_of</c> can name.</summary>
    public async Task EpochsAsync(HttpCall call)
    {
        var epochs = await lake.EpochsAsync(call.Query("limit", 20, 500), call.Aborted);
        await call.WriteAsync(new JsonObject
        {
            ["manifests"] = new JsonArray([.. epochs.Select(static lane => new JsonObject
            {
                ["lane"] = lane.Lane,
                ["epoch"] = lane.Epoch,
                ["committed_at"] = HttpCall.Instant(lane.CommittedAtMs),
            })]),
        });
    }

    IEnumerable<LakeTable> Visible(HttpCall call, LakeCut cut) => cut.Tables.Where(table =>
        !table.Scan.Columns.IsEmpty && (call.Caller.Rows.Tenant is null || lake.Tenants.Of(table) is not null));

    // A current table has the source's own name; it is also there with all its columns.
    static IEnumerable<string> NamesOf(LakeTable table) =>
        table.Name.Length == 0 ? [table.Layer]
        : table.Layer == "current" ? [table.Name, $"current.{table.Name.Replace('.', '_')}"]
        : [$"{table.Layer}.{table.Name.Replace('.', '_')}"];

    JsonObject Summary(HttpCall call, LakeCut cut, LakeTable table)
    {
        var document = new JsonObject
        {
            ["name"] = NamesOf(table).First(),
            ["layer"] = table.Layer,
            ["version"] = table.Version,
            ["files"] = table.Files.Length,
        };
        // How many rows others have is theirs.
        if (call.Caller.Rows.Tenant is null)
            document["rows"] = table.RowCount;
        if (cut.CommittedAtMs > 0)
        {
            document["committed_at"] = HttpCall.Instant(cut.CommittedAtMs);
            document["freshness_seconds"] = Math.Max(
                0, (time.GetUtcNow().ToUnixTimeMilliseconds() - cut.CommittedAtMs) / 1000.0);
        }
        return document;
    }

    static JsonObject Column(LakeTable table, string name, string sqlType)
    {
        var document = new JsonObject { ["name"] = name, ["type"] = sqlType };
        if (table.Columns.FirstOrDefault(column => column.Name == name) is not { } column)
            return document;
        if (column.SourceType.Length > 0)
            document["source_type"] = column.SourceType;
        if (column.IsKey)
            document["key"] = column.KeyOrdinal;
        return document;
    }
}
