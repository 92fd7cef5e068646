using System.Text;
using System.Text.Json;
using Tapline.Cli.Topics;
using Tapline.TestKit;

namespace Tapline.Cli.Tests.Verbs;

public sealed class TopicDoctorTests
{
    [Fact]
    public void The_defaults_of_a_connector_lose_what_the_format_says()
    {
        Assert.Equal(
            [
                "loss decimal.handling.mode=string", "loss value.converter.replace.null.with.default=false",
                "note time.precision.mode=isostring", "risk interval.handling.mode=string",
                "risk include.unknown.datatypes=true", "loss skipped.operations=none",
                "risk heartbeat.interval.ms=10000",
            ],
            Connector("""{"name":"shop","config":{"value.converter.schemas.enable":"false"}}"""));
    }

    [Fact]
    public void A_connector_that_is_set_as_we_say_has_no_finding() => Assert.Empty(Connector("""
        {
          "decimal.handling.mode": "string", "time.precision.mode": "isostring", "interval.handling.mode": "string",
          "value.converter.replace.null.with.default": "false", "value.converter.schemas.enable": "false",
          "include.unknown.datatypes": "true", "skipped.operations": "none", "heartbeat.interval.ms": "10000"
        }
        """));

    [Theory]
    [InlineData("decimal.handling.mode", "double", "loss decimal.handling.mode=string")]
    [InlineData("time.precision.mode", "connect", "loss time.precision.mode=isostring")]
    [InlineData("tombstones.on.delete", "false", "risk tombstones.on.delete=true")]
    [InlineData("slot.drop.on.stop", "true", "loss slot.drop.on.stop=false")]
    [InlineData("errors.tolerance", "all", "loss errors.tolerance=none")]
    [InlineData("binary.handling.mode", "hex", "risk binary.handling.mode=bytes")]
    [InlineData("message.key.columns", "app.a:b",
        "loss message.key.columns=nothing (remove it), or REPLICA IDENTITY FULL on these tables")]
    public void A_setting_that_loses_is_named_with_its_remedy(string setting, string value, string finding) =>
        Assert.Contains(finding, Connector($$"""{"{{setting}}":"{{value}}"}"""));

    [Fact]
    public void Unwrapping_without_a_mode_drops_deletes()
    {
        const string Prefix = "transforms.flat";
        var findings = Connector($$"""
            {"transforms":"flat","{{Prefix}}.type":"io.debezium.transforms.ExtractNewRecordState"}
            """);

        Assert.Contains($"loss {Prefix}.delete.tombstone.handling.mode=rewrite", findings);
        Assert.Contains($"loss {Prefix}.replace.null.with.default=false", findings);
    }

    [Theory]
    [InlineData("c02_default_schemas_off.jsonl", "saas.public.accounts", "decimal.handling.mode=string")]
    [InlineData("c02_default_schemas_off.jsonl", "saas.public.accounts",
        "value.converter.replace.null.with.default=false")]
    [InlineData("c02_default_schemas_off.jsonl", "saas.public.api_keys",
        "REPLICA IDENTITY DEFAULT instead of USING INDEX, and no message.key.columns")]
    [InlineData("c08_tx_heartbeat_notomb_off.jsonl", "saas.public.accounts", "tombstones.on.delete=true")]
    [InlineData("c12_keycols_partition_off.jsonl", "saas.public.devices",
        "REPLICA IDENTITY DEFAULT instead of USING INDEX, and no message.key.columns")]
    [InlineData("c09_unwrap_default_off.jsonl", "saas.public.accounts",
        "no ExtractNewRecordState: Tapline reads whole envelopes")]
    public void What_a_real_connector_wrote_shows_its_settings(string file, string topic, string fix)
    {
        var findings = TopicCheck.Of(Captured(file, topic));

        Assert.Contains(fix, findings.Select(static finding => finding.Fix));
        Assert.All(findings, finding => Assert.Equal(topic, finding.Where));
    }

    [Fact]
    public async Task The_command_line_answers_for_a_topic_and_a_connector_at_once()
    {
        await using var pipeline = await CliPipeline.StartAsync(sources: null);
        await pipeline.SendAsync(pipeline.Change("accounts", 'c', 1, """{"id":1,"mrr":"B88="}"""));
        var file = Path.Combine(pipeline.Folder, "connector.json");
        await File.WriteAllTextAsync(file, """{"errors.tolerance":"all"}""", CliPipeline.Ct);

        var (code, output, _) = await pipeline.RunAsync(
            "doctor", "--topic", "shop.app.*", "--connector", file, "--output", "json");

        Assert.Equal(ExitCode.Failure, code);
        using var document = JsonDocument.Parse(output);
        var where = document.RootElement.EnumerateArray()
            .Select(static finding => finding.GetProperty("where").GetString()).ToList();
        Assert.Contains("shop.app.accounts", where);
        Assert.Contains("errors.tolerance", where);
        Assert.Contains("no topic matches", (await pipeline.RunAsync("doctor", "--topic", "x")).Errors,
            StringComparison.Ordinal);
    }

    static List<string> Connector(string json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. ConnectorCheck.Of(document.RootElement)
            .Select(static finding => $"{finding.Severity.ToString().ToLowerInvariant()} {finding.Fix}")];
    }

    static TopicSample Captured(string file, string topic)
    {
        var folder = SharedData.DebeziumFolder;
        Assert.SkipWhen(folder is null, "the captured events do not lie beside this repository");
        var records = new List<SampledRecord>();
        foreach (var line in File.ReadLines(Path.Combine(folder!, file)))
        {
            using var record = JsonDocument.Parse(line);
            if (record.RootElement.GetProperty("topic").GetString() == topic)
            {
                records.Add(new SampledRecord(
                    0, records.Count, Bytes(record, "key"), Bytes(record, "value"), IsOurs: false));
            }
        }
        Assert.NotEmpty(records);
        return new TopicSample(topic, records.Count, records);

        static byte[]? Bytes(JsonDocument record, string name) =>
            record.RootElement.GetProperty(name).GetString() is { } text ? Encoding.UTF8.GetBytes(text) : null;
    }
}
