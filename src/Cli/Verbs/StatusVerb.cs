using System.CommandLine;
using System.Text.Json.Nodes;
using Npgsql;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Ingest.Postgres;
using Tapline.Serving.Lake;
using Tapline.Streaming.Devices;
using Tapline.Streaming.Epochs;

namespace Tapline.Cli.Verbs;

/// <summary>Says how far each part of a pipeline is. What cannot be reached is said in words; the rest is
/// shown.</summary>
sealed class StatusVerb() : Verb("status", "Show how far source, log and lake are", "status", "status --output json")
{
    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var config = ConfigFile.Load(line.GetValue(CommonOptions.Config)!);
        var screen = Screen.Of(line);
        var result = new JsonObject { ["pipeline"] = config.Name };
        var allReached = true;
        foreach (var (name, read) in Parts(config, line))
        {
            var part = new JsonObject();
            try
            {
                await read(part, ct);
            }
            catch (Exception failure) when (failure is TaplineException or NpgsqlException)
            {
                part["error"] = failure.Message;
                allReached = false;
            }
            result[name] = part;
            screen.Line($"{name,-7} {Words(part.Where(IsPlain))}");
            foreach (var row in (part["lanes"] as JsonArray ?? []).Concat(part["tables"] as JsonArray ?? [])
                .Concat(part["streams"] as JsonArray ?? []))
                screen.Line($"        {Words((JsonObject)row!)}");
        }
        screen.Result(result);
        return allReached ? ExitCode.Success : ExitCode.Unreachable;
    }

    static string Words(IEnumerable<KeyValuePair<string, JsonNode?>> fields) =>
        string.Join("   ", fields.Select(static field => $"{field.Key} {field.Value}"));

    static bool IsPlain(KeyValuePair<string, JsonNode?> field) => field.Value is not JsonArray;

    static IEnumerable<(string Name, Func<JsonObject, CancellationToken, Task> Read)> Parts(PipelineConfig config,
        ParseResult line)
    {
        HashSet<string>? inSource = null;
        if (config.Source is not null)
        {
            yield return ("source", async (part, ct) =>
            {
                await ReadSourceAsync(config, part, ct);
                inSource = await TablesOfSourceAsync(config, ct);
            });
        }
        yield return ("log", (part, ct) => ReadLogAsync(config, line, part, ct));
        yield return ("lake", (part, ct) => ReadLakeAsync(config, part, inSource, ct));
    }

    // No event says that a table was renamed or dropped: it is not there any more, that is all.
    static async Task<HashSet<string>> TablesOfSourceAsync(PipelineConfig config, CancellationToken ct)
    {
        var options = RunningPipeline.SourceOptions(config) with { Tables = [] };
        return [.. (await PostgresDiscovery.ReadAsync(options, ct)).Select(static found => found.Table.ToString())];
    }

    static async Task ReadSourceAsync(PipelineConfig config, JsonObject part, CancellationToken ct)
    {
        var options = RunningPipeline.SourceOptions(config);
        part["database"] = config.Source!.ToString();
        part["slot"] = options.SlotName;
        if (await PostgresSlot.ReadAsync(options, ct) is not { } slot)
        {
            part["state"] = "not created yet";
            return;
        }
        part["state"] = slot.IsActive ? "in use" : "not in use";
        part["wal"] = slot.WalStatus;
        part["confirmed_lsn"] = slot.ConfirmedLsn == 0 ? null : SourcePosition.FormatLsn(slot.ConfirmedLsn);
        part["behind_bytes"] = slot.BehindBytes;
        part["retained_bytes"] = slot.RetainedBytes;
        if (slot.SafeBytes is { } safe)
            part["safe_bytes"] = safe;
        if (slot.Problem is not null)
        {
            part["problem"] = slot.Problem;
            part["hint"] = slot.Hint;
        }
    }

    static async Task ReadLogAsync(PipelineConfig config, ParseResult line, JsonObject part, CancellationToken ct)
    {
        using var logs = ProcessLog.Open(line);
        await using var pipeline =
            await RunningPipeline.StartAsync(config, PipelineParts.None, TimeProvider.System, logs, ct);
        var reached = await LakeProgress.ReadAsync(LakeStore.Open(config.Lake, TimeProvider.System), ct);
        long records = 0;
        long behind = 0;
        var topics = (await pipeline.Log.ListTopicsAsync(ct))
            .Where(topic => topic.Name.StartsWith($"{config.Name}.", StringComparison.Ordinal)).ToList();
        foreach (var topic in topics)
        {
            for (var partition = 0; partition < topic.Partitions; partition++)
            {
                var at = new TopicPartition(topic.Name, partition);
                var end = (await pipeline.Log.OffsetsAsync(at, ct)).End;
                records += end;
                behind += TopicNames.IsOutput(config.Name, topic.Name) ? 0 : Math.Max(0, end - reached.Offset(at));
            }
        }
        part["topics"] = topics.Count;
        part["records"] = records;
        part["not_in_lake"] = behind;
    }

    static async Task ReadLakeAsync(
        PipelineConfig config, JsonObject part, HashSet<string>? inSource, CancellationToken ct)
    {
        part["folder"] = config.Lake.Path;
        using var session = await LakeStore.OpenSessionAsync(config.Lake, TimeProvider.System, ct);
        var store = LakeStore.Open(config.Lake, TimeProvider.System, mustExist: true);
        var progress = await LakeProgress.ReadAsync(store, ct);
        part["epoch"] = progress.Epochs;
        part["open_epoch"] = progress.Lanes.FirstOrDefault(static lane => lane.Open is not null)?.Open!.Epoch;
        if (progress.CommittedAtMs > 0)
        {
            part["committed_at"] = Instant(progress.CommittedAtMs);
            part["newest_change"] = progress.SourceTimestampUs == 0 ? null
                : Instant(progress.SourceTimestampUs / 1_000);
        }
        if (await new LakeLanes(store).ReadAsync(ct) is > 1 and var lanes)
        {
            part["lane_count"] = lanes;
            part["lanes"] = new JsonArray([.. progress.Lanes.Select(LaneRow)]);
        }
        part["quarantined"] = Count(session, "quarantine", ct);
        if (session.Tables.Any(IsStream))
        {
            part["streams"] = new JsonArray(
                [.. session.Tables.Where(IsStream).Select(table => StreamRow(session, table, ct))]);
        }
        part["tables"] = new JsonArray([.. session.Tables
            .Where(static table => table.Layer == "current")
            .Select(table => LakeRow(session, table, inSource, ct))]);
    }

    static JsonObject LaneRow(LaneProgress lane) => new()
    {
        ["lane"] = lane.Lane,
        ["epoch"] = lane.Manifest?.Epoch ?? 0,
        ["open_epoch"] = lane.Open?.Epoch,
        ["committed_at"] = lane.Manifest is { } manifest ? Instant(manifest.CommittedAtMs) : null,
    };

    static bool IsStream(LakeTable table) => DeviceStreams.NameOf(table.Root) is not null;

    static JsonObject StreamRow(LakeSession session, LakeTable table, CancellationToken ct)
    {
        var row = new JsonObject
        {
            ["stream"] = DeviceStreams.NameOf(table.Root),
            ["messages"] = Count(session, table.Root, ct),
            ["version"] = table.Version,
            ["files"] = table.Files.Length,
        };
        if (Number(session, table.Root, "coalesce(max(epoch_ms(received_at)), 0)", ct) is > 0 and var ms)
            row["last_message"] = Instant(ms);
        return row;
    }

    static JsonObject LakeRow(LakeSession session, LakeTable table, HashSet<string>? inSource, CancellationToken ct)
    {
        var row = new JsonObject
        {
            ["table"] = table.Name,
            ["rows"] = Count(session, table.Root, ct),
            ["version"] = table.Version,
            ["files"] = table.Files.Length,
        };
        if (Number(session, $"history/{table.Name}", "coalesce(max(epoch_ms(_source_ts)), 0)", ct) is > 0 and var ms)
            row["last_change"] = Instant(ms);
        if (inSource?.Contains(table.Name) == false)
            row["problem"] = "the source has no table of this name any more: it was renamed or dropped";
        return row;
    }

    static long Count(LakeSession session, string root, CancellationToken ct) =>
        Number(session, root, "count(*)", ct);

    static long Number(LakeSession session, string root, string expression, CancellationToken ct)
    {
        if (session.Tables.FirstOrDefault(table => table.Root == root) is not { } table)
            return 0;
        using var result = session.Query($"SELECT {expression} FROM {LakeSession.RelationOf(table)}", ct: ct);
        return result.NextChunk() is { } chunk ? chunk.Column(0).Int64s[0] : 0;
    }

    static string Instant(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-ddTHH:mm:ss.fffZ");
}
