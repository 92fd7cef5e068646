using System.Text.Json;
using Tapline.Cli.Configuration;
using Tapline.Contracts.Schema;

namespace Tapline.Cli.Tests.Compose;

/// <summary>docker/debezium/connector.json: that Debezium and Connect know every word of it, that it loses nothing, and
/// that it agrees with the rest of the stack.</summary>
public sealed class ConnectorTests
{
    // Options of Debezium 3.6 for PostgreSQL, of its transformation, and of Kafka Connect that may stand in it.
    static readonly string[] Known =
    [
        "binary.handling.mode", "column.exclude.list", "connector.class", "database.dbname", "database.hostname",
        "database.password", "database.port", "database.user", "decimal.handling.mode",
        "event.converting.failure.handling.mode", "heartbeat.action.query", "heartbeat.interval.ms",
        "hstore.handling.mode", "include.unknown.datatypes", "interval.handling.mode", "key.converter",
        "key.converter.replace.null.with.default", "key.converter.schemas.enable", "message.key.columns", "plugin.name",
        "predicates", "predicates.rows.pattern", "predicates.rows.type", "producer.override.compression.type",
        "producer.override.max.request.size", "provide.transaction.metadata", "publication.autocreate.mode",
        "publication.name", "schema.include.list", "signal.data.collection", "signal.enabled.channels",
        "skipped.operations", "slot.name", "snapshot.mode", "table.include.list", "tasks.max", "time.precision.mode",
        "tombstones.on.delete", "topic.creation.default.cleanup.policy", "topic.creation.default.max.message.bytes",
        "topic.creation.default.partitions", "topic.creation.default.replication.factor", "topic.prefix", "transforms",
        "transforms.tenant.partition.payload.fields", "transforms.tenant.partition.topic.num",
        "transforms.tenant.predicate", "transforms.tenant.type", "unavailable.value.placeholder", "value.converter",
        "value.converter.replace.null.with.default", "value.converter.schemas.enable",
    ];

    static readonly Dictionary<string, string> Connector = JsonSerializer.Deserialize<Dictionary<string, string>>(
        File.ReadAllText(Path.Combine(LauncherTests.Root, "docker", "debezium", "connector.json")))!;

    static readonly PipelineConfig Pipeline =
        TaplineService.All.Single(static service => service.Name == "stream-debezium").Config("/nowhere")!;

    [Fact]
    public void Every_option_is_one_that_exists() =>
        Assert.All(Connector.Keys, static key => Assert.Contains(key, Known));

    // Each of these is a way in which a stock connector loses data, or says less than it knows.
    [Theory]
    [InlineData("skipped.operations", "none")] // else truncates are left out
    [InlineData("tombstones.on.delete", "true")] // else compaction keeps deleted keys
    [InlineData("key.converter.replace.null.with.default", "false")] // else a null becomes the column's default
    [InlineData("value.converter.replace.null.with.default", "false")]
    [InlineData("value.converter.schemas.enable", "true")] // else nothing tells a date from a number
    [InlineData("key.converter.schemas.enable", "true")]
    [InlineData("decimal.handling.mode", "string")] // else NaN is null, and a scale cannot be told
    [InlineData("time.precision.mode", "isostring")]
    [InlineData("interval.handling.mode", "string")] // else a month is 30.4375 days
    [InlineData("binary.handling.mode", "bytes")] // else an unchanged large value is null
    [InlineData("event.converting.failure.handling.mode", "fail")] // else a value that fails is null
    [InlineData("provide.transaction.metadata", "true")]
    [InlineData("publication.autocreate.mode", "disabled")] // the role owns no table
    public void It_asks_for_what_keeps_every_value(string option, string value) =>
        Assert.Equal(value, Connector[option]);

    [Fact]
    public void Its_values_are_spelled_as_our_own_source_spells_them()
    {
        Assert.Equal(WireFormat.Tapline.Decimals, Enum.Parse<DecimalMode>(Connector["decimal.handling.mode"], true));
        Assert.Equal(WireFormat.Tapline.Times, Enum.Parse<TimeMode>(Connector["time.precision.mode"], true));
        Assert.Equal(WireFormat.Tapline.Binary, Enum.Parse<BinaryMode>(Connector["binary.handling.mode"], true));
        Assert.Equal(WireFormat.Tapline.Intervals, Enum.Parse<IntervalMode>(Connector["interval.handling.mode"], true));
        Assert.Equal(WireFormat.Tapline.Hstores, Enum.Parse<HstoreMode>(Connector["hstore.handling.mode"], true));
        Assert.DoesNotContain("unavailable.value.placeholder", Connector.Keys);
    }

    [Fact]
    public void Its_topics_have_one_partition_so_that_a_truncate_is_ordered_among_all_rows()
    {
        Assert.Equal("io.debezium.transforms.partitions.PartitionRouting", Connector["transforms.tenant.type"]);
        Assert.Equal("change.account_id", Connector["transforms.tenant.partition.payload.fields"]);
        Assert.Equal("1", Connector["transforms.tenant.partition.topic.num"]);
        Assert.Equal("1", Connector["topic.creation.default.partitions"]);
    }

    [Theory]
    [InlineData("app.accounts", true)]
    [InlineData("billing.plans", true)]
    [InlineData("transaction", false)]
    [InlineData("debezium.signal", false)]
    public void Only_the_topics_of_tables_are_routed(string topic, bool isRouted) => Assert.Equal(isRouted,
        System.Text.RegularExpressions.Regex.IsMatch(
            $"{Pipeline.Name}.{topic}", $"^(?:{Connector["predicates.rows.pattern"]})$"));

    [Fact]
    public void It_and_the_rest_of_the_stack_agree_on_every_name()
    {
        var connect = ComposeNode.Services["connect"];
        var job = ComposeNode.Services["connector"];

        Assert.Equal(Pipeline.Name, Connector["topic.prefix"]);
        Assert.Contains(Connector["database.hostname"], connect["depends_on"].Keys);
        Assert.Equal(ComposeNode.Services["postgres"]["environment"]["POSTGRES_DB"].Text, Connector["database.dbname"]);
        Assert.Equal("${dir:/run/secrets:debezium_password}", Connector["database.password"]);
        Assert.Contains("debezium_password", connect["secrets"].Texts);
        Assert.Equal("dir", connect["environment"]["CONNECT_CONFIG_PROVIDERS"].Text);
        Assert.Equal($"http://connect:8083/connectors/{Pipeline.Name}/config", Assert.Single(job["command"].Texts));
        Assert.EndsWith("8083", Assert.Single(connect["ports"].Texts), StringComparison.Ordinal);
        var mount = Assert.Single(ServiceMount.Of(job));
        Assert.Contains($"@{mount.Target}", job["entrypoint"].Texts);
        Assert.EndsWith("docker/debezium/connector.json", mount.File, StringComparison.Ordinal);
        Assert.Equal(connect["image"].Text, job["image"].Text);
    }

    [Fact]
    public void The_log_takes_the_longest_record_that_it_may_send()
    {
        var kafka = ComposeNode.Services["kafka"]["environment"];
        var record = long.Parse(Connector["producer.override.max.request.size"]);

        Assert.Equal(Pipeline.Stream.MessageBytesMax, record);
        Assert.Equal(Connector["topic.creation.default.max.message.bytes"], $"{record}");
        Assert.True(long.Parse(kafka["KAFKA_MESSAGE_MAX_BYTES"].Text) > record);
        Assert.Contains($"INSIDE://{((LogConfig.Cluster)Pipeline.Log).Bootstrap}",
            kafka["KAFKA_ADVERTISED_LISTENERS"].Text, StringComparison.Ordinal);
        Assert.Equal(((LogConfig.Cluster)Pipeline.Log).Bootstrap,
            ComposeNode.Services["connect"]["environment"]["BOOTSTRAP_SERVERS"].Text);
    }

    [Fact]
    public void The_database_is_prepared_for_the_connector_and_for_our_own_source()
    {
        var sql = File.ReadAllText(Path.Combine(LauncherTests.Root, "docker", "postgres", "20-capture.sql"));
        var sources = TaplineService.All
            .Where(static service => service.Command[0] is "run" or "ingest" && service.ConfigMount is not null)
            .Select(static service => File.ReadAllText(service.ConfigMount!.File));

        Assert.Contains($"CREATE PUBLICATION {Connector["publication.name"]} ", sql, StringComparison.Ordinal);
        Assert.Contains($"CREATE ROLE {Connector["database.user"]} ", sql, StringComparison.Ordinal);
        Assert.Contains($"CREATE TABLE {Connector["signal.data.collection"]} ", sql, StringComparison.Ordinal);
        Assert.Contains($"IN SCHEMA {Connector["schema.include.list"].Replace(",", ", ", StringComparison.Ordinal)} ",
            sql, StringComparison.Ordinal);
        var named = sources.SelectMany(static source => source.Split('\n')).Select(static line => line.Trim())
            .Where(static line => line.StartsWith("publication:", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, named.Count);
        Assert.All(named, line => Assert.Contains(
            $"CREATE PUBLICATION {line.Split(':')[1].Trim()} ", sql, StringComparison.Ordinal));
        Assert.All(ComposeNode.File["secrets"].Keys.Where(static secret => secret != "postgres_password"),
            secret => Assert.Contains($"/run/secrets/{secret}'", sql, StringComparison.Ordinal));
    }
}
