using System.Globalization;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Tapline.Cli.Generate;
using Tapline.Cli.Generate.Rows;
using Tapline.Cli.Generate.Targets;
using Tapline.Cli.Simulation.Taps;
using Tapline.Cli.Terminal;
using Tapline.Cli.Tests.Serving;
using Tapline.Cli.Verbs;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Ingest.Mqtt.Bridge;
using Tapline.Ingest.Mqtt.Client;
using Tapline.Ingest.Mqtt.Listener;
using Tapline.Ingest.Synthetic;
using Tapline.TestKit;

namespace Tapline.Cli.Tests.Generate;

/// <summary>The business in a real PostgreSQL, its taps over MQTT.</summary>
public sealed class PostgresRowsTests(PostgresFixture postgres)
{
    static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    static readonly Screen Silent = new(TextWriter.Null, TextWriter.Null, OutputFormat.Text, isTerminal: false);

    [Fact]
    public async Task The_database_takes_every_change_and_has_the_rows_that_the_books_say()
    {
        await using var server = await postgres.ConnectAsync(Ct);
        var address = await NewDatabaseAsync(server, "generated");
        var options = new GeneratorOptions
        {
            Seed = 7, Size = BarSize.Find("XS")!, Days = 24, HasDevices = false,
            Faults = GeneratorFaults.Parse("default,user_deletes=0.05,moves=0.05,bad_rows=0.005"),
        };
        var run = new GenerationRun(options, Silent, TimeProvider.System);
        using var ledger = run.Ledger;

        await using (var rows = await PostgresRows.OpenAsync(address, Ct))
            await run.RunAsync([rows], null, Ct);

        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync(Ct);
        foreach (var table in BarSchema.All)
        {
            var name = BarSchema.NameOf(table);
            await using var count = new NpgsqlCommand($"SELECT count(*) FROM {name}", connection);
            Assert.Equal((name, ledger.Of(table).Rows), (name, (long)(await count.ExecuteScalarAsync(Ct))!));
        }
        Assert.True(ledger.Of(BarTable.Users).Deletes > 0 && ledger.Of(BarTable.Accounts).Deletes > 0);
        await using var loyal = new NpgsqlCommand("SELECT count(loyalty_tier) FROM app.accounts", connection);
        Assert.True((long)(await loyal.ExecuteScalarAsync(Ct))! > 0);
    }

    [Fact]
    public async Task The_database_has_the_rows_that_the_topics_say()
    {
        await using var server = await postgres.ConnectAsync(Ct);
        var address = await NewDatabaseAsync(server, "generated_twice");
        var options = new GeneratorOptions
        {
            Seed = 9, Size = BarSize.Find("XS")!, Days = 5, HasDevices = false,
        };
        await using var log = await GeneratedLog.MakeAsync(options);
        var run = new GenerationRun(options, Silent, TimeProvider.System);
        using var ledger = run.Ledger;
        await using (var rows = await PostgresRows.OpenAsync(address, Ct))
            await run.RunAsync([rows], null, Ct);

        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync(Ct);
        foreach (var (table, column) in new[]
        {
            (BarTable.Subscriptions, "sum(quantity * unit_amount)"), (BarTable.Invoices, "sum(total)"),
            (BarTable.AdSpend, "sum(amount)"), (BarTable.FeatureUsageEvents, "sum(duration_ms)"),
        })
        {
            var state = await TopicState.ReadAsync(log, table);
            await using var sum = new NpgsqlCommand(
                $"SELECT cast({column} as numeric) FROM {BarSchema.NameOf(table)}", connection);
            Assert.Equal((decimal)(await sum.ExecuteScalarAsync(Ct))!, state.Rows.Values.Sum(row => Sum(table, row)));
        }
    }

    [Fact]
    public async Task A_database_that_has_the_business_already_is_refused()
    {
        await using var server = await postgres.ConnectAsync(Ct);
        var address = await NewDatabaseAsync(server, "generated_before");
        await using (await PostgresRows.OpenAsync(address, Ct))
        {
            // It only makes the tables.
        }

        var refused = await Assert.ThrowsAsync<TaplineException>(() => PostgresRows.OpenAsync(address, Ct));
        Assert.Contains("app.accounts already", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Over_mqtt_the_log_has_the_messages_that_the_books_say()
    {
        var bridge = new MqttBridgeOptions { Prefix = "bar", BridgeId = "test", Routes = [TapStreams.Route] };
        await using var log = new MemoryEventLog(TimeProvider.System);
        await using var listener = MqttListener.Bind(
            new MqttListenerOptions
            {
                Endpoint = new IPEndPoint(IPAddress.Loopback, 0),
                Accounts = DeviceAccounts.Anyone,
                Rules = TopicRules.Own(bridge.Routes),
            },
            bridge, log, Guid.NewGuid, TimeProvider.System, NullLoggerFactory.Instance);
        using var stop = new CancellationTokenSource();
        var listening = listener.RunAsync(stop.Token);
        var options = new GeneratorOptions
        {
            Seed = 3, Size = BarSize.Find("XS")! with { HeartbeatSeconds = 3600 }, Days = 2,
            Faults = GeneratorFaults.Parse("default,malformed=0,outages=0.1"),
        };
        var run = new GenerationRun(options, Silent, TimeProvider.System);
        using var ledger = run.Ledger;
        var broken = 0L;
        await using (var rows = await TopicRows.OpenAsync(
            log, "rows", 1, options, ledger.CountFault, NullLogger.Instance, Ct))
        await using (var taps = new MqttDevices(
            new MqttTarget(
                new MqttClientOptions { Host = "127.0.0.1", Port = listener.Endpoint.Port }, TimeProvider.System),
            TimeProvider.System))
        {
            await run.RunAsync([rows, taps], null, Ct);
            broken = taps.Broken;
        }
        await Task.Delay(TimeSpan.FromSeconds(2.5), Ct);
        await stop.CancelAsync();
        await listening;

        var (pour, status) = (ledger.Streams["pour"], ledger.Streams["status"]);
        Assert.True(pour.Sent > 10_000);
        // A connection that breaks on a busy machine sends again, and leaves a will that nobody has booked.
        Assert.Equal(pour.Sent - pour.Copies, await CountAsync(log, "pour", "seq"));
        Assert.True(status.Wills > 5);
        var strangers = status.UnknownDevice;
        Assert.InRange(await CountAsync(log, "status", "conn_id"), status.Wills, status.Wills + strangers + broken);
    }

    // Different messages of taps, or, by the connection, different wills.
    static async Task<long> CountAsync(MemoryEventLog log, string stream, string number)
    {
        var partition = new TopicPartition($"bar.iot.{stream}", 0);
        var (next, end) = await log.OffsetsAsync(partition, Ct);
        var different = new HashSet<string>();
        await using var reader = log.OpenReader("test");
        reader.Assign(partition, next);
        while (next < end)
        {
            foreach (var chunk in await reader.PollAsync(TimeSpan.FromSeconds(1), 1 << 20, Ct))
            {
                foreach (var slot in chunk.Slots.ToArray())
                {
                    using var json = JsonDocument.Parse(chunk.Value(slot).ToArray());
                    var root = json.RootElement;
                    if (number == "seq" || root.GetProperty("seq").ValueKind == JsonValueKind.Null)
                    {
                        different.Add(string.Join(' ', root.GetProperty("device_id"), root.GetProperty("boot_id"),
                            root.GetProperty(number)));
                    }
                }
                next = chunk.NextOffset;
            }
        }
        return different.Count;
    }

    static decimal Sum(BarTable table, JsonElement row)
    {
        decimal Of(string name) => decimal.Parse(row.GetProperty(name).ToString(), CultureInfo.InvariantCulture);
        return table switch
        {
            BarTable.Subscriptions => Of("quantity") * Of("unit_amount"),
            BarTable.Invoices => Of("total"),
            BarTable.AdSpend => Of("amount"),
            _ => Of("duration_ms"),
        };
    }

    static async Task<string> NewDatabaseAsync(NpgsqlConnection server, string name)
    {
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name}", server);
        await create.ExecuteNonQueryAsync(Ct);
        return new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name }.ConnectionString;
    }
}
