using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Contracts.Log;
using Tapline.Streaming.Epochs;
using Tapline.TestKit.Storage;

namespace Tapline.Cli.Tests.Verbs;

/// <summary>A broker and a lake in a folder with a configuration, and the command line over them.</summary>
sealed class CliPipeline : IAsyncDisposable
{
    public const string Name = "shop";

    static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(60);

    readonly TemporaryFolder _folder = new("cli");
    RunningPipeline? _broker;
    long _lsn = 1_000;

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public string Folder => _folder.FullPath;

    public string ConfigPath => Path.Combine(Folder, "tapline.yaml");

    public IEventLog Log => _broker!.Log;

    /// <summary>Starts the broker; <paramref name="sources"/> becomes sources.yaml, null leaves that file
    /// away. Debezium writes the topics, unless <paramref name="source"/> says otherwise.</summary>
    public static async Task<CliPipeline> StartAsync(
        string? sources, string source = "{ debezium: {} }", string upserts = "merge-on-read")
    {
        var pipeline = new CliPipeline();
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        var port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        File.WriteAllText(pipeline.ConfigPath, $$"""
            pipeline: {{Name}}
            log: { embedded: { path: broker, port: {{port}} } }
            source: {{source}}
            sources: sources.yaml
            lake: { durability: process }
            stream: { epoch_seconds: 0.1, upserts: {{upserts}} }
            """);
        pipeline.Declare(sources);
        pipeline._broker = await RunningPipeline.StartAsync(
            ConfigFile.Load(pipeline.ConfigPath, sources: false), PipelineParts.Broker,
            TimeProvider.System, NullLoggerFactory.Instance, Ct);
        return pipeline;
    }

    /// <summary>Replaces sources.yaml.</summary>
    public void Declare(string? sources)
    {
        if (sources is not null)
            File.WriteAllText(Path.Combine(Folder, "sources.yaml"), sources);
    }

    /// <summary>An envelope as Debezium writes it with schemas off.</summary>
    public EventRecord Change(string table, char op, int id, string after, int? lsn = null)
    {
        _lsn += 10;
        var at = lsn ?? _lsn;
        var source = $$"""
            {"version":"3.6.1.Final","connector":"postgresql","name":"shop","ts_ms":5,"snapshot":"false","db":"d",
             "sequence":"[\"{{at}}\",\"{{at}}\"]","ts_us":5000,"schema":"app","table":"{{table}}","txId":1,"lsn":{{at}}}
            """;
        var value = $$"""
            {"before":null,"after":{{after}},"source":{{source}},"transaction":null,"op":"{{op}}","ts_ms":6}
            """;
        return new EventRecord(
            $"{Name}.app.{table}", Encoding.UTF8.GetBytes($$"""{"id":{{id}}}"""), Encoding.UTF8.GetBytes(value));
    }

    public async Task SendAsync(params IReadOnlyCollection<EventRecord> records)
    {
        await Log.EnsureTopicsAsync(
            [.. records.Select(static record => record.Topic).Distinct().Select(static name => new TopicSpec(name, 1))],
            Ct);
        await using var producer = Log.OpenProducer("test");
        foreach (var record in records)
            await producer.AppendAsync(record, Ct);
        await producer.FlushAsync(Ct);
    }

    /// <summary>Runs a stream worker until the lake has all of the log.</summary>
    public async Task CatchUpAsync()
    {
        var config = ConfigFile.Load(ConfigPath);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        await using var worker = await RunningPipeline.StartAsync(
            config, PipelineParts.Stream, TimeProvider.System, NullLoggerFactory.Instance, Ct);
        var running = worker.RunAsync(stop.Token);
        for (var began = TimeProvider.System.GetTimestamp(); !await IsCaughtUpAsync(config);)
        {
            if (running.IsCompleted)
                await running;
            Assert.True(TimeProvider.System.GetElapsedTime(began) < WaitMax, "the lake does not catch up");
            await Task.Delay(20, Ct);
        }
        await stop.CancelAsync();
        await running;
    }

    /// <summary>Runs a command line on this pipeline.</summary>
    public async Task<(int Code, string Output, string Errors)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = await CommandLine.RunAsync([.. args, "--config", ConfigPath], output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    /// <summary>The one JSON document that a command line prints.</summary>
    public async Task<JsonElement> JsonAsync(params string[] args)
    {
        var (code, output, errors) = await RunAsync([.. args, "--output", "json"]);
        Assert.Equal((ExitCode.Success, ""), (code, errors));
        using var document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }

    /// <summary>What a statement prints as CSV, without its header.</summary>
    public async Task<string[]> SqlAsync(string statement)
    {
        var (code, output, errors) = await RunAsync("sql", "--format", "csv", statement);
        Assert.Equal((ExitCode.Success, ""), (code, errors));
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(static l => l.Trim('\r'))];
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
        _folder.Dispose();
    }

    async Task<bool> IsCaughtUpAsync(PipelineConfig config)
    {
        var progress = await LakeProgress.ReadAsync(LakeStore.Open(config.Lake, TimeProvider.System), Ct);
        if (progress.Epochs == 0 || progress.HasOpen)
            return false;
        foreach (var topic in await Log.ListTopicsAsync(Ct))
        {
            if (topic.Name.Split('.').Length != 3 && topic.Name != $"__tapline-replay.{Name}")
                continue;
            var partition = new TopicPartition(topic.Name, 0);
            if (progress.Offset(partition) < (await Log.OffsetsAsync(partition, Ct)).End)
                return false;
        }
        return true;
    }
}
