using System.Globalization;
using System.Text.Json;
using Tapline.Cli.Generate;
using Tapline.Cli.Generate.Rows;

namespace Tapline.Cli.Tests.Generate;

/// <summary>Everything goes wrong in one business: what the books say is what a reader of the topics finds.</summary>
public sealed class FaultTests(FaultTests.Troubled troubled) : IClassFixture<FaultTests.Troubled>
{
    const string ManyFaults =
        "default,duplicates=0.02,late=0.02,skew=0.02,epoch=0.002,malformed=0.002,unknown=0.01,voids=0.02,replays=0.01,"
        + "spend_restated=0.1,corrections=0.05,voided_invoices=0.05,user_deletes=0.05,moves=0.05,bad_rows=0.005,"
        + "late_usage=0.01";

    /// <summary>The business, made once.</summary>
    public sealed class Troubled : IAsyncLifetime
    {
        internal GeneratedLog Log { get; private set; } = null!;

        internal Dictionary<BarTable, TopicState> Tables { get; } = [];

        public async ValueTask InitializeAsync()
        {
            Log = await GeneratedLog.MakeAsync(new GeneratorOptions
            {
                // Fewer heartbeats than usual take less time.
                Seed = 7, Size = BarSize.Find("XS")! with { HeartbeatSeconds = 1800 }, Days = 33,
                Faults = GeneratorFaults.Parse(ManyFaults),
            });
            foreach (var table in BarSchema.All)
                Tables.Add(table, await TopicState.ReadAsync(Log, table));
        }

        public ValueTask DisposeAsync() => Log.DisposeAsync();
    }

    [Fact]
    public void Every_fault_happens()
    {
        string[] expected =
        [
            "account_deletes", "bad_rows", "column", "corrections", "late_usage", "moves", "replays", "resnapshot",
            "restart", "spend_restated", "user_deletes", "voided_invoices",
        ];
        Assert.Equal(expected, troubled.Log.Ledger.Faults.Keys);
        var pours = troubled.Log.Ledger.Streams["pour"];
        Assert.Equal(["late", "reordered", "skewed", "very_late", "voids"], pours.Faults.Keys);
        Assert.All(
            new[] { pours.Copies, pours.ClockSkew, pours.UnknownDevice, pours.NotJson, pours.TooLate },
            static count => Assert.True(count > 0));
        Assert.True(troubled.Log.Ledger.Streams["status"].Wills > 0);
    }

    [Fact]
    public void Each_table_has_the_changes_and_the_rows_that_the_books_say()
    {
        foreach (var (table, state) in troubled.Tables)
        {
            var tally = troubled.Log.Ledger.Of(table);
            Assert.Equal(
                (table, tally.Snapshot, tally.Inserts, tally.Updates, tally.Deletes, tally.Rows),
                (table, state.Changes["r"], state.Changes["c"], state.Changes["u"], state.Changes["d"],
                    state.Rows.Count));
        }
        Assert.Equal(troubled.Log.Report.Rows!.Reread, troubled.Tables.Values.Sum(static state => state.Reread));
        var repeats = troubled.Tables.Values.Sum(static state => state.Repeats);
        // A tombstone is told again, too, and counts as no change.
        Assert.InRange(repeats, 1, troubled.Log.Report.Rows.Replayed);
    }

    [Fact]
    public void Rows_that_break_the_contract_are_as_many_as_the_books_say()
    {
        var bad = 0;
        foreach (var row in Values("app.locations").Select(static value => value.GetProperty("after")))
            bad += row.ValueKind == JsonValueKind.Object && row.GetProperty("seats").GetInt32() > 100_000 ? 1 : 0;

        Assert.Equal(bad, troubled.Log.Ledger.Of(BarTable.Locations).Quarantined["contract_range"]);
    }

    [Fact]
    public void What_a_row_refers_to_is_there()
    {
        (BarTable Child, string Column, BarTable Parent)[] references =
        [
            (BarTable.Locations, "account_id", BarTable.Accounts), (BarTable.Users, "account_id", BarTable.Accounts),
            (BarTable.Users, "location_id", BarTable.Locations), (BarTable.Devices, "account_id", BarTable.Accounts),
            (BarTable.Devices, "location_id", BarTable.Locations),
            (BarTable.MaintenanceTickets, "device_id", BarTable.Devices),
            (BarTable.UserSessions, "user_id", BarTable.Users),
            (BarTable.ExperimentAssignments, "user_id", BarTable.Users),
            (BarTable.SupportTickets, "account_id", BarTable.Accounts),
            (BarTable.NpsResponses, "account_id", BarTable.Accounts),
            (BarTable.Subscriptions, "account_id", BarTable.Accounts),
            (BarTable.Subscriptions, "plan_id", BarTable.Plans),
            (BarTable.Invoices, "subscription_id", BarTable.Subscriptions),
            (BarTable.Payments, "invoice_id", BarTable.Invoices),
            (BarTable.AdSpend, "campaign_id", BarTable.Campaigns), (BarTable.Leads, "campaign_id", BarTable.Campaigns),
            (BarTable.Touches, "lead_id", BarTable.Leads), (BarTable.Conversions, "lead_id", BarTable.Leads),
            (BarTable.FeatureUsageEvents, "feature_id", BarTable.Features),
        ];
        foreach (var (child, column, parent) in references)
        {
            var known = troubled.Tables[parent].Rows.Values.Select(static row => row.GetProperty("id").ToString())
                .ToHashSet();
            Assert.All(troubled.Tables[child].Rows.Values, row =>
            {
                var value = row.GetProperty(column);
                Assert.True(value.ValueKind == JsonValueKind.Null || known.Contains(value.ToString()),
                    $"{child}.{column} {value}");
            });
        }
    }

    [Fact]
    public async Task Each_stream_has_the_messages_that_the_books_say()
    {
        var devices = troubled.Tables[BarTable.Devices];
        var known = Values("app.devices").Select(static value =>
            (value.GetProperty("after") is { ValueKind: JsonValueKind.Object } after ? after
                : value.GetProperty("before")).GetProperty("id").GetString()).ToHashSet();
        Assert.Subset(known, devices.Rows.Values.Select(static row => row.GetProperty("id").GetString()).ToHashSet());
        var (notJson, total) = (0L, 0L);
        await foreach (var (_, _) in troubled.Log.RecordsAsync("bar.dlq.mqtt"))
            notJson++;
        foreach (var (name, stream) in troubled.Log.Ledger.Streams)
        {
            HashSet<string> history = [], clock = [], unknown = [];
            var (records, tooLate, wills) = (0L, 0L, 0L);
            await foreach (var (_, value) in troubled.Log.RecordsAsync($"bar.iot.{name}"))
            {
                using var json = JsonDocument.Parse(value!);
                var root = json.RootElement;
                var device = root.GetProperty("device_id").GetString();
                if (root.GetProperty("seq").ValueKind == JsonValueKind.Null)
                {
                    if (!known.Contains(device))
                        unknown.Add($"{device}/{root.GetProperty("conn_id")}");
                    else
                        wills++;
                    continue;
                }
                records++;
                var id = $"{device}/{root.GetProperty("boot_id")}/{root.GetProperty("seq")}";
                var (ts, received) = (Time(root, "ts"), Time(root, "received_at"));
                var isFirst = (ts.Year == 1970 ? clock : known.Contains(device) ? history : unknown).Add(id);
                if (isFirst && ts.Year != 1970 && known.Contains(device) && received - ts > TimeSpan.FromDays(7))
                    tooLate++;
            }
            total += stream.NotJson;
            Assert.Equal(
                (name, stream.Sent - stream.NotJson, stream.History, stream.ClockSkew, stream.UnknownDevice,
                    stream.Wills, stream.TooLate),
                (name, records, history.Count, clock.Count, unknown.Count, wills, tooLate));
        }
        Assert.Equal(total, notJson);
    }

    [Fact]
    public async Task Taps_pour_only_where_they_are_active()
    {
        // When a tap was in service, by its row's changes.
        var service = new Dictionary<string, List<(DateTimeOffset From, bool Is)>>();
        foreach (var value in Values("app.devices"))
        {
            var row = value.GetProperty("after");
            var id = (row.ValueKind == JsonValueKind.Object ? row : value.GetProperty("before"))
                .GetProperty("id").GetString()!;
            var isActive = row.ValueKind == JsonValueKind.Object
                && row.GetProperty("status").GetString() is "active" or "maintenance";
            var at = DateTimeOffset.FromUnixTimeMilliseconds(
                value.GetProperty("source").GetProperty("ts_ms").GetInt64());
            if (!service.TryGetValue(id, out var states))
                service.Add(id, states = []);
            states.Add((at, isActive));
        }
        await foreach (var (device, value) in troubled.Log.RecordsAsync("bar.iot.pour"))
        {
            using var json = JsonDocument.Parse(value!);
            if (!service.TryGetValue(device, out var states) || Time(json.RootElement, "ts").Year == 1970)
                continue;
            // Skewed clocks are ten minutes off at most.
            var ts = Time(json.RootElement, "ts");
            Assert.True(
                states.Exists(state => state.Is && state.From <= ts.AddMinutes(11)),
                $"{device} pours at {ts} before it is active");
        }
    }

    List<JsonElement> Values(string table)
    {
        var values = new List<JsonElement>();
        var seen = new HashSet<string>();
        var changes = troubled.Log.ChangesAsync(table).ToBlockingEnumerable(TestContext.Current.CancellationToken);
        foreach (var value in changes)
        {
            var row = value.GetProperty("after");
            var id = (row.ValueKind == JsonValueKind.Object ? row : value.GetProperty("before")).GetProperty("id");
            if (seen.Add($"{value.GetProperty("source").GetProperty("sequence")} {id}"))
                values.Add(value);
        }
        return values;
    }

    static DateTimeOffset Time(JsonElement message, string field) =>
        DateTimeOffset.Parse(message.GetProperty(field).GetString()!, CultureInfo.InvariantCulture);
}
