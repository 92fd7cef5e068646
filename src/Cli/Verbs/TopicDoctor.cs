using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Cli.Topics;
using Tapline.Contracts;

namespace Tapline.Cli.Verbs;

/// <summary>The part of <c>doctor</c> that looks at what a Debezium connector writes, and how it is set.</summary>
static class TopicDoctor
{
    const int SampleMax = 2_000;

    /// <summary>The topics to look at.</summary>
    public static readonly Option<string?> Topic = new("--topic", "-t")
    {
        Description = "Look at Debezium's topics of this name (* stands for anything) for settings that lose data",
        HelpName = "name",
    };

    /// <summary>The connector's configuration.</summary>
    public static readonly Option<string?> Connector = new("--connector")
    {
        Description = "Look at this connector configuration too",
        HelpName = "file.json",
    };

    /// <summary>Prints the findings; the answer says whether something is lost.</summary>
    public static async Task<int> RunAsync(ParseResult line, Screen screen, CancellationToken ct)
    {
        var findings = new List<TopicFinding>();
        if (line.GetValue(Connector) is { } file)
            findings.AddRange(ConnectorCheck.Of(Read(file)));
        var looked = line.GetValue(Topic) is { } pattern ? await LookAsync(pattern, line, findings, ct) : 0;
        foreach (var finding in findings.OrderBy(static finding => finding.Severity))
        {
            screen.Line($"{Word(finding.Severity),-5} {finding.Where}: {finding.What}");
            screen.Line($"      → {finding.Fix}");
        }
        if (findings.Count == 0)
            screen.Line($"nothing is lost as far as can be seen ({looked} topics)");
        screen.Result(new JsonArray([.. findings.OrderBy(static f => f.Severity).Select(static f => new JsonObject
        {
            ["severity"] = Word(f.Severity),
            ["what"] = f.What,
            ["where"] = f.Where,
            ["fix"] = f.Fix,
        })]));
        return findings.Exists(static f => f.Severity == FindingSeverity.Loss) ? ExitCode.Failure : ExitCode.Success;
    }

    static async Task<int> LookAsync(
        string pattern, ParseResult line, List<TopicFinding> findings, CancellationToken ct)
    {
        var config = ConfigFile.Load(line.GetValue(CommonOptions.Config)!, sources: false);
        using var logs = ProcessLog.Open(line);
        await using var pipeline = await RunningPipeline.StartAsync(
            config, PipelineParts.None, TimeProvider.System, logs, ct);
        var topics = await TopicSample.TopicsAsync(pipeline.Log, config.Name, pattern, ct);
        if (topics.Count == 0)
            throw new TaplineException($"no topic matches {pattern}", "./tapline discover --topic \"*\" shows all");
        foreach (var topic in topics)
            findings.AddRange(TopicCheck.Of(await TopicSample.ReadAsync(pipeline.Log, topic, SampleMax, ct)));
        return topics.Count;
    }

    static JsonElement Read(string file)
    {
        if (!File.Exists(file))
            throw new TaplineException($"there is no file {file}", "--connector names the connector's configuration");
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new TaplineException($"{file} is no connector configuration: it is no JSON object");
        }
        catch (JsonException malformed)
        {
            throw new TaplineException($"{file} is not JSON: {malformed.Message}", cause: malformed);
        }
    }

    static string Word(FindingSeverity severity) => severity switch
    {
        FindingSeverity.Loss => "loss",
        FindingSeverity.Risk => "risk",
        _ => "note",
    };
}
