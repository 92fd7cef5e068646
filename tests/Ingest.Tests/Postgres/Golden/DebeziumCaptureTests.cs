using System.Text.Json.Nodes;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Envelope;
using Tapline.TestKit;

namespace Tapline.Ingest.Tests.Postgres.Golden;

/// <summary>The tables and the workload of Debezium's captured runs, through a real PostgreSQL and our own source in
/// each run's modes.</summary>
public sealed class DebeziumCaptureTests(PostgresServers servers)
{
    // No event carries DDL: what these tables had done to them cannot be done again from the events. Partitions come
    // under their root's name from us. An identity by an index that is not the key's makes Debezium's keys wrong.
    static readonly string[] _notStreamed =
        ["public.evolving", "public.evolved", "public.brand_new", "public.burst", "public.usage_events",
         "public.usage_events_2026_01", "public.usage_events_2026_02", "public.api_keys", ""];

    static readonly EnvelopeFormat _default = new()
    {
        Values = WireFormat.DebeziumDefault,
        UnknownTypes = false,
        Structs = true,
    };

    public static TheoryData<string> Runs => new(Formats.Keys);

    static Dictionary<string, EnvelopeFormat> Formats { get; } = new()
    {
        ["c01_default_schemas_on.jsonl"] = _default with { Schemas = true },
        ["c02_default_schemas_off.jsonl"] = _default,
        ["c03_str_iso_schemas_on.jsonl"] = _default with
        {
            Schemas = true,
            Values = WireFormat.Tapline with { Binary = BinaryMode.Base64, Hstores = HstoreMode.Map },
        },
        ["c05_atm_b64url_srctype.jsonl"] = _default with
        {
            Schemas = true,
            Values = _default.Values with
            {
                Times = TimeMode.AdaptiveTimeMicroseconds, Binary = BinaryMode.Base64UrlSafe,
            },
        },
        ["c08_tx_heartbeat_notomb_off.jsonl"] = _default with
        {
            Tombstones = false,
            Values = _default.Values with { UnavailablePlaceholder = "__unavailable__" },
        },
    };

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Runs))]
    public async Task A_captured_run_comes_out_of_our_source_as_Debezium_wrote_it(string file)
    {
        var run = CapturedRun.Read(file);
        var model = CapturedRun.Read("c01_default_schemas_on.jsonl");
        await using var capture = await Capture.CreateAsync(servers, PostgresInstallation.Embedded.Name, "SELECT 1");
        var first = CapturedRun.Database("db_after_snapshot.json");
        var tables = new CapturedTables(capture, first, model);
        await tables.CreateAsync(static _ => true);
        capture.Options = capture.Options with { Prefix = "saas", Format = Formats[file] };
        capture.Start();
        await capture.CatchUpAsync();

        var comparison = new RecordComparison((table, column) => tables.Field(table, column)?["default"]);
        await CompareSnapshotAsync(capture, tables, run, comparison);
        AssertNone(comparison);

        // The one statement that the runs' workload needs and no event tells.
        await capture.ExecuteAsync("ALTER TYPE plan_t ADD VALUE 'ultimate' AFTER 'pro'");
        var after = new CapturedTables(capture, CapturedRun.Database("db_after_work.json"), model);
        await new CapturedWorkload(capture, after).RunAsync(
            model.Where(static r => r.Op is not "r" && !_notStreamed.Contains(r.Table)));
        await capture.CatchUpAsync();
        await CompareStreamAsync(capture, tables, run, comparison);
        AssertNone(comparison);
        Assert.True(comparison.Fields > 500, $"only {comparison.Fields} fields were compared");
    }

    [Fact]
    public async Task Edge_values_come_out_as_Debezium_wrote_them()
    {
        var run = CapturedRun.Read("e1_default_on.jsonl");
        await using var capture = await Capture.CreateAsync(servers, PostgresInstallation.Embedded.Name, "SELECT 1");
        var tables = new CapturedTables(capture, CapturedRun.Database("edge_db_final.json"), run);
        await tables.CreateAsync(static row => int.Parse((string)row["id"]!) <= 100);
        var prefix = ((string)run[0].Schema!["name"]!).Split('.')[0];
        capture.Options = capture.Options with { Prefix = prefix, Format = _default with { Schemas = true } };
        capture.Start();
        await capture.CatchUpAsync();
        await new CapturedWorkload(capture, tables).RunAsync(run.Where(static r => r.Op == "c"));
        await capture.CatchUpAsync();

        var comparison = new RecordComparison(static (_, _) => null);
        await CompareSnapshotAsync(capture, tables, run, comparison);
        await CompareStreamAsync(capture, tables, run, comparison);

        AssertNone(comparison);
        Assert.True(comparison.Fields > 200, $"only {comparison.Fields} fields were compared");
    }

    static async Task CompareSnapshotAsync(
        Capture capture, CapturedTables tables, List<CapturedRecord> run, RecordComparison comparison)
    {
        foreach (var table in tables.Names)
        {
            var columns = tables.Columns(table).Select(static c => c.Name).ToHashSet();
            var ours = (await ReadAsync(capture, table)).Where(static r => Op(r) == "r").ToList();
            var theirs = run.Where(r => r.Table == table && r.Op == "r").ToList();
            if (theirs.Count == 0)
                continue;
            if (ours.Count != theirs.Count)
                comparison.Differences.Add($"{table}: {ours.Count} rows of {theirs.Count}");
            foreach (var (a, b) in theirs.OrderBy(static r => Sort(r.Key, r.Payload!), StringComparer.Ordinal)
                .Zip(ours.OrderBy(static r => Sort(r.Key, r.Value!["payload"] ?? r.Value!), StringComparer.Ordinal)))
            {
                comparison.Compare(a, b, columns);
            }
            if (theirs[0].Schema is not null && ours.Count > 0)
                comparison.Differences.AddRange(SchemaComparison.Differences(theirs[0], ours[0], columns));
        }
    }

    static async Task CompareStreamAsync(
        Capture capture, CapturedTables tables, List<CapturedRecord> run, RecordComparison comparison)
    {
        foreach (var table in tables.Names.Where(static t => !_notStreamed.Contains(t)))
        {
            var columns = tables.Columns(table).Select(static c => c.Name).ToHashSet();
            var ours = (await ReadAsync(capture, table)).Where(static r => Op(r) != "r").ToList();
            // A tombstone without a key says nothing: ours has none.
            var theirs = run.Where(r => r.Table == table && r.Op != "r" && (r.Key ?? r.Op) is not null).ToList();
            if (run.All(r => r.Table != table))
                continue;
            if (ours.Count != theirs.Count)
                comparison.Differences.Add($"{table}: {ours.Count} records of {theirs.Count}");
            foreach (var (a, b) in theirs.Zip(ours))
                comparison.Compare(a, b, columns);
        }
    }

    static void AssertNone(RecordComparison comparison) =>
        Assert.True(comparison.Differences.Count == 0, string.Join('\n', comparison.Differences));

    static string Sort(string? key, JsonNode payload) => key ?? payload["after"]!.ToJsonString();

    static string? Op(LogRecord record) => (string?)(record.Value?["payload"] ?? record.Value)?["op"];

    static Task<List<LogRecord>> ReadAsync(Capture capture, string table) =>
        LogRecord.ReadAsync(capture.Log, Tapline.Contracts.Log.TopicNames.Data(
            capture.Options.Prefix, TableId.Parse(table)), Ct);
}
