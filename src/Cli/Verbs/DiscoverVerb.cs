using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Cli.Topics;
using Tapline.Contracts;
using Tapline.Ingest.Postgres;

namespace Tapline.Cli.Verbs;

/// <summary>Says what there is to capture: the tables of the source, or of topics that somebody else writes, with a
/// <c>sources.yaml</c> to start from.</summary>
sealed class DiscoverVerb : Verb
{
    readonly Option<string?> _topic = new("--topic", "-t")
    {
        Description = "Look at these topics (* stands for anything), otherwise at all where there is no database",
        HelpName = "name",
    };
    readonly Option<int> _sample = new("--sample")
    {
        Description = "Records of a topic that are looked at",
        DefaultValueFactory = static _ => 1_000,
    };
    readonly Option<string?> _write = new("--write", "-w")
    {
        Description = "Write the declaration to this file, which must not exist yet",
        HelpName = "file",
    };

    public DiscoverVerb()
        : base("discover", "Show what there is to capture, and declare it",
            "discover", "discover --write sources.yaml", "discover --topic \"shop.public.*\" --output json")
    {
        Options.Add(_topic);
        Options.Add(_sample);
        Options.Add(_write);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var config = ConfigFile.Load(line.GetValue(CommonOptions.Config)!, sources: false);
        var screen = Screen.Of(line);
        if (config.Source is not null && line.GetValue(_topic) is null && line.GetValue(_write) is null)
            await ShowTablesAsync(config, screen, ct);
        else
            await ShowTopicsAsync(config, line, screen, ct);
        return ExitCode.Success;
    }

    static async Task ShowTablesAsync(PipelineConfig config, Screen screen, CancellationToken ct)
    {
        var tables = await PostgresDiscovery.ReadAsync(RunningPipeline.SourceOptions(config), ct);
        foreach (var table in tables)
        {
            var key = table.Key.IsEmpty ? "no key" : $"key {string.Join(", ", table.Key)}";
            screen.Line($"{table.Table}   about {Units.Count(table.Rows)} rows   {Units.Bytes(table.Bytes)}   {key}   "
                + $"identity {table.Identity}");
            screen.Line($"    → {table.Topic} → current/{table.Table}, history/{table.Table}");
            if (table.Advice is { } advice)
                screen.Line($"    ! {advice}");
        }
        screen.Line($"{tables.Length} tables");
        screen.Result(new JsonArray([.. tables.Select(static table => new JsonObject
        {
            ["table"] = table.Table.ToString(),
            ["rows"] = table.Rows,
            ["bytes"] = table.Bytes,
            ["key"] = new JsonArray([.. table.Key.Select(static name => JsonValue.Create(name))]),
            ["identity"] = table.Identity,
            ["advice"] = table.Advice,
            ["topic"] = table.Topic,
            ["current"] = $"current/{table.Table}",
            ["history"] = $"history/{table.Table}",
        })]));
    }

    async Task ShowTopicsAsync(PipelineConfig config, ParseResult line, Screen screen, CancellationToken ct)
    {
        var shapes = new List<TopicShape>();
        using var logs = ProcessLog.Open(line);
        await using (var pipeline = await RunningPipeline.StartAsync(
            config, PipelineParts.None, TimeProvider.System, logs, ct))
        {
            var topics = await TopicSample.TopicsAsync(pipeline.Log, config.Name, line.GetValue(_topic), ct);
            if (topics.Count == 0)
            {
                throw new TaplineException(
                    line.GetValue(_topic) is { } wanted
                        ? $"no topic matches {wanted}"
                        : $"there is no topic {config.Name}.<schema>.<table>",
                    "pipeline: must be the connector's topic.prefix; --topic \"*\" shows every topic");
            }
            foreach (var topic in topics)
            {
                var sample = await TopicSample.ReadAsync(pipeline.Log, topic, line.GetValue(_sample), ct);
                shapes.Add(TopicShape.Of(sample));
            }
        }
        var declaration = SourcesText.Of(shapes);
        if (line.GetValue(_write) is { } file)
            await WriteAsync(file, declaration, screen, ct);
        else
            screen.Line(declaration.TrimEnd());
        screen.Result(new JsonArray([.. shapes.Select(Json)]));
    }

    static async Task WriteAsync(string file, string declaration, Screen screen, CancellationToken ct)
    {
        if (File.Exists(file))
        {
            throw new TaplineException(
                $"{file} exists already", "name another file, and take over from it what is new");
        }
        await File.WriteAllTextAsync(file, declaration, ct);
        screen.Line($"{file} is written: compare what it guesses with the database, then name it in tapline.yaml: "
            + $"sources: {Path.GetFileName(file)}");
    }

    static JsonObject Json(TopicShape shape) => new()
    {
        ["topic"] = shape.Topic,
        ["table"] = shape.Table.ToString(),
        ["records"] = shape.Records,
        ["form"] = SourcesText.Words(shape.Form),
        ["key"] = new JsonArray([.. shape.Key.Select(static name => JsonValue.Create(name))]),
        ["columns"] = new JsonArray([.. shape.Columns.Select(static column => new JsonObject
        {
            ["name"] = column.Name,
            ["type"] = column.Type,
            ["doubt"] = column.Doubt,
            ["nulls"] = column.HasNull,
        })]),
        ["not_json"] = shape.Unread,
    };
}
