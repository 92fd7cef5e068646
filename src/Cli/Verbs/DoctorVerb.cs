using System.CommandLine;
using System.Text.Json.Nodes;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Contracts;
using Tapline.Lakehouse.Storage;
using Tapline.Ingest.Postgres;
using Tapline.Lakehouse.DuckDb;
using Tapline.Native;

namespace Tapline.Cli.Verbs;

/// <summary>Checks everything that a pipeline needs, and says what to do about what is missing. Changes
/// nothing.</summary>
sealed class DoctorVerb : Verb
{
    public DoctorVerb()
        : base("doctor", "Check what a pipeline needs, and say how to mend it",
            "doctor", "doctor -c shop.yaml", "doctor --topic \"shop.public.*\" --connector connector.json")
    {
        Options.Add(TopicDoctor.Topic);
        Options.Add(TopicDoctor.Connector);
    }

    readonly record struct Finding(string Check, string? Problem, string? Hint, bool IsAdvice = false);

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var screen = Screen.Of(line);
        if (line.GetValue(TopicDoctor.Topic) is not null || line.GetValue(TopicDoctor.Connector) is not null)
            return await TopicDoctor.RunAsync(line, screen, ct);
        var findings = new List<Finding>();
        CheckNatives(findings);
        if (LoadConfig(line, findings) is { } config)
        {
            await CheckSourceAsync(config, findings, ct);
            await CheckLogAsync(config, line, findings, ct);
            await CheckLakeAsync(config, findings, ct);
        }
        foreach (var (check, problem, hint, isAdvice) in findings)
        {
            screen.Line(problem is null ? $"✓ {check}" : $"{(isAdvice ? '!' : '✗')} {check}: {problem}");
            if (problem is not null && hint is not null)
                screen.Line($"    {hint.Replace("\n", "\n    ", StringComparison.Ordinal)}");
        }
        screen.Result(new JsonArray([.. findings.Select(static f => new JsonObject
        {
            ["check"] = f.Check,
            ["ok"] = f.Problem is null || f.IsAdvice,
            ["problem"] = f.Problem,
            ["hint"] = f.Hint,
        })]));
        return findings.TrueForAll(static f => f.Problem is null || f.IsAdvice) ? ExitCode.Success : ExitCode.Failure;
    }

    static void CheckNatives(List<Finding> findings)
    {
        findings.Add(Try($"DuckDB {NativeLibraries.DuckDbVersion}", static () => DuckDbDatabase.Open().Dispose()));
        findings.Add(Try($"librdkafka {NativeLibraries.LibrdkafkaVersion}", static () =>
            _ = NativeLibraries.LibrdkafkaPath));
    }

    static PipelineConfig? LoadConfig(ParseResult line, List<Finding> findings)
    {
        var file = line.GetValue(CommonOptions.Config)!;
        try
        {
            var config = ConfigFile.Load(file);
            findings.Add(new Finding($"configuration {file}", null, null));
            return config;
        }
        catch (ConfigException wrong)
        {
            findings.AddRange(wrong.Problems.Select(problem => new Finding($"configuration {file}", problem, null)));
        }
        catch (TaplineException missing)
        {
            findings.Add(new Finding($"configuration {file}", missing.Message, missing.Hint));
        }
        return null;
    }

    static async Task CheckSourceAsync(PipelineConfig config, List<Finding> findings, CancellationToken ct)
    {
        if (config.Source is null)
            return;
        var report = await PostgresPreflight.CheckAsync(RunningPipeline.SourceOptions(config), ct);
        var check = $"source {config.Source}";
        findings.AddRange(report.Problems.Select(problem => new Finding(check, problem.Message, problem.Hint)));
        findings.AddRange(report.Advice.Select(
            advice => new Finding(check, advice.Message, advice.Hint, IsAdvice: true)));
        if (report.Problems.IsEmpty)
            findings.Add(new Finding($"{check}: PostgreSQL {report.ServerVersion}, {report.Tables.Length} tables",
                null, null));
    }

    static async Task CheckLogAsync(PipelineConfig config, ParseResult line, List<Finding> findings,
        CancellationToken ct)
    {
        if (config.Log is LogConfig.Embedded embedded)
        {
            findings.Add(Try($"broker folder {embedded.Path}", () => Directory.CreateDirectory(embedded.Path)));
            return;
        }
        using var logs = ProcessLog.Open(line);
        try
        {
            await using var pipeline = await RunningPipeline.StartAsync(
                config, PipelineParts.None, TimeProvider.System, logs, ct);
            var topics = await pipeline.Log.ListTopicsAsync(ct);
            findings.Add(new Finding($"log {config.Log}: {topics.Count} topics", null, null));
        }
        catch (TaplineException failure)
        {
            findings.Add(new Finding($"log {config.Log}", failure.Message, failure.Hint));
        }
    }

    static async Task CheckLakeAsync(PipelineConfig config, List<Finding> findings, CancellationToken ct)
    {
        var check = $"lake {config.Lake.Path}";
        try
        {
            var store = LakeStore.Open(config.Lake, TimeProvider.System);
            if (config.Lake.S3 is not null)
                await StoreProbe.RunAsync(store, RunningPipeline.NewId(), ct);
            findings.Add(new Finding(check, null, null));
        }
        catch (TaplineException failure)
        {
            findings.Add(new Finding(check, failure.Message, failure.Hint));
        }
        var (folder, use) = config.Lake.S3 is { } bucket
            ? (bucket.CacheFolder, "the lake's copies") : (config.Lake.Path, "the lake");
        var free = new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        findings.Add(new Finding($"{Units.Bytes(free)} free for {use}",
            free < 1L << 30 ? "less than 1 GB is free" : null, "make room, or choose another folder under lake:"));
    }

    static Finding Try(string check, Action action)
    {
        try
        {
            action();
            return new Finding(check, null, null);
        }
        catch (Exception failure) when (failure is TaplineException or DllNotFoundException or IOException
            or UnauthorizedAccessException)
        {
            return new Finding(check, failure.Message, (failure as TaplineException)?.Hint);
        }
    }
}
