using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Tapline.Cli.Configuration;
using Tapline.Cli.Generate;
using Tapline.Cli.Generate.Targets;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Contracts;
using Tapline.Ingest.Mqtt.Client;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Verbs;

/// <summary>Makes the whole bar business, day by day, and says what must come out of it.</summary>
sealed class GenerateVerb : Verb
{
    const string ToTopics = "topics";
    const string ToPostgres = "postgres";
    const string ToLog = "log";
    const string ToNone = "none";

    readonly Option<string> _size = new("--size")
    {
        Description = "How large: XS, S, M, L or XL", HelpName = "size", DefaultValueFactory = static _ => "XS",
    };
    readonly Option<int> _days = new("--days")
    {
        Description = "Days of the business", DefaultValueFactory = static _ => 45,
    };
    readonly Option<ulong> _seed = new("--seed")
    {
        Description = "Another seed, another business", DefaultValueFactory = static _ => 1,
    };
    readonly Option<DateOnly> _start = new("--start")
    {
        Description = "Its first day",
        HelpName = "date",
        DefaultValueFactory = static _ => GeneratorOptions.UsualStart,
        CustomParser = static result =>
        {
            if (DateOnly.TryParseExact(result.Tokens[0].Value, "yyyy-MM-dd", CultureInfo.InvariantCulture,
                DateTimeStyles.None, out var start) && start.Year is > 2000 and < 2200)
                return start;
            result.AddError("--start must be a date like 2025-01-01");
            return default;
        },
    };
    readonly Option<string> _to = new("--to")
    {
        Description = "Where rows go: topics, straight to the configuration's log; or postgres, into a database",
        HelpName = "target",
        DefaultValueFactory = static _ => ToTopics,
    };
    readonly Option<string?> _database = new("--database")
    {
        Description = "The database for --to postgres, an empty one; the configuration's source without it",
        HelpName = "address",
    };
    readonly Option<string?> _devices = new("--devices")
    {
        Description = "Where the taps' messages go: log, mqtt://host:port, or none. Without it log beside topics, and "
            + "the configuration's listener, if it has one, beside postgres",
        HelpName = "target",
    };
    readonly Option<int> _partitions = new("--partitions")
    {
        Description = "Of the topics that are made", DefaultValueFactory = static _ => 1,
    };
    readonly Option<string> _faults = new("--faults")
    {
        Description =
            $"default, none, or some of {string.Join(", ", GeneratorFaults.Names)}, each with =rate if you like",
        HelpName = "faults",
        DefaultValueFactory = static _ => "default",
    };
    readonly Option<string?> _oracle = new("--oracle")
    {
        Description = "A folder for what must come out: totals.json, and sums by day as CSV", HelpName = "folder",
    };

    public GenerateVerb()
        : base("generate", "Make the whole bar business, with faults, and say what must come out of it",
            "generate --size XS --days 60 --seed 7 --oracle expected",
            "generate --size S --days 60 --faults default,moves=0.05",
            "generate --to postgres --database postgres://localhost/bar --devices mqtt://127.0.0.1:1883",
            "generate --size XS --days 7 --faults none --output json")
    {
        foreach (var option in new Option[]
            { _size, _days, _seed, _start, _to, _database, _devices, _partitions, _faults, _oracle })
            Options.Add(option);
        Require(_size, static size => BarSize.Find(size) is not null,
            $"one of {string.Join(", ", BarSize.All.Select(static size => size.Name))}");
        Require(_days, static days => days is >= 1 and <= 3650, "from 1 to 3650");
        Require(_partitions, static partitions => partitions is >= 1 and <= 1024, "from 1 to 1024");
        Require(_to, static to => to is ToTopics or ToPostgres, "topics or postgres");
        Require(_devices, IsTarget, "log, mqtt://host:port, or none");
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var (screen, time) = (Screen.Of(line), TimeProvider.System);
        var file = line.GetValue(CommonOptions.Config)!;
        var (to, devices) = (line.GetValue(_to), line.GetValue(_devices));
        var isAlone = to == ToPostgres && line.GetValue(_database) is not null && devices is not (null or ToLog);
        var config = isAlone ? null : ConfigFile.Load(file);
        devices ??= to == ToTopics ? ToLog
            : config!.Mqtt?.Listen is { } listen ? $"mqtt://{listen.Endpoint}"
            : ToNone;
        var options = new GeneratorOptions
        {
            Seed = line.GetValue(_seed),
            Size = BarSize.Find(line.GetValue(_size)!)!,
            Days = line.GetValue(_days),
            Start = line.GetValue(_start),
            Faults = GeneratorFaults.Parse(line.GetValue(_faults)!),
            HasDevices = devices != ToNone,
        };
        using var logs = ProcessLog.Open(line);
        await using var pipeline = to == ToTopics || devices == ToLog
            ? await RunningPipeline.StartAsync(config!, PipelineParts.None, time, logs, ct)
            : null;
        var run = new GenerationRun(options, screen, time);
        using var ledger = run.Ledger;
        var partitions = line.GetValue(_partitions);
        await using IBarTarget rows = to == ToTopics
            ? await TopicRows.OpenAsync(
                pipeline!.Log, config!.Name, partitions, options, ledger.CountFault,
                logs.CreateLogger(nameof(TopicRows)), ct)
            : await PostgresRows.OpenAsync(
                ConnectionText.Parse(line.GetValue(_database) ?? SourceOf(config!)).ConnectionString, ct);
        await using var taps = await TapsAsync(devices, pipeline, config, partitions, time, ct);
        var report = await run.RunAsync(taps is null ? [rows] : [rows, taps], line.GetValue(_oracle), ct);
        report.Print(screen);
        screen.Result(report.ToJson());
        return ExitCode.Success;
    }

    static async Task<IBarTarget?> TapsAsync(
        string devices, RunningPipeline? pipeline, PipelineConfig? config, int partitions, TimeProvider time,
        CancellationToken ct)
    {
        if (devices == ToNone)
            return null;
        if (devices == ToLog)
            return await TopicDevices.OpenAsync(pipeline!.Log, config!.Name, partitions, ct);
        var address = new Uri(devices);
        return new MqttDevices(
            new MqttTarget(
                new MqttClientOptions
                {
                    Host = address.IdnHost,
                    Port = address.Port > 0 ? address.Port : 1883,
                    KeepAlive = TimeSpan.FromMinutes(1),
                    ConnectTimeout = TimeSpan.FromSeconds(30),
                },
                time),
            time);
    }

    static string SourceOf(PipelineConfig config) => config.Source?.Connection ?? throw new TaplineException(
        "no database is named", "give --database postgres://…, or a configuration with a source");

    static void Require<T>(Option<T> option, Func<T, bool> isGood, string what) => option.Validators.Add(result =>
    {
        if (!isGood(result.GetValueOrDefault<T>()!))
            result.AddError($"{option.Name} must be {what}");
    });

    static bool IsTarget(string? devices) => devices is ToLog or ToNone
        || (Uri.TryCreate(devices, UriKind.Absolute, out var url) && url is { Scheme: "mqtt", UserInfo: "" });
}
