using System.CommandLine;
using System.Text.Json.Nodes;
using System.Text;
using Tapline.Cli.Configuration;
using Tapline.Cli.Quarantine;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Contracts.Log;
using Tapline.Serving.Quarantine;
using Tapline.Streaming.Quarantine;

namespace Tapline.Cli.Verbs;

/// <summary>Sends records of the quarantine back to the stream worker, which gives each its place in order,
/// once.</summary>
sealed class QuarantineReplayVerb : Verb
{
    readonly Option<string[]> _ids = new("--id")
    {
        Description = "These records alone, each as topic/partition/offset",
        HelpName = "id",
        AllowMultipleArgumentsPerToken = true,
    };
    readonly Option<bool> _isDry = new("--dry-run") { Description = "Only show what would be sent" };

    public QuarantineReplayVerb()
        : base("replay", "Send records back after what kept them out was mended; all that wait, or some",
            "quarantine replay", "quarantine replay --reason unknown_table --dry-run",
            "quarantine replay --table public.accounts", "quarantine replay --id shop.public.accounts/0/17")
    {
        Options.Add(QuarantineOptions.Table);
        Options.Add(QuarantineOptions.Reason);
        Options.Add(_ids);
        Options.Add(_isDry);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var config = ConfigFile.Load(line.GetValue(CommonOptions.Config)!);
        var screen = Screen.Of(line);
        var choice = new QuarantineChoice(
            line.GetValue(QuarantineOptions.Table),
            line.GetValue(QuarantineOptions.Reason),
            [.. (line.GetValue(_ids) ?? []).Select(QuarantineOptions.Id)]);
        using var session = await LakeStore.OpenSessionAsync(config.Lake, TimeProvider.System, ct);
        var quarantine = new QuarantineReader(session.Connection, session.Tables);
        var groups = quarantine.Groups(choice, ct);
        var isDry = line.GetValue(_isDry);
        var sent = isDry || groups.Count == 0 ? 0 : await SendAsync(line, config, quarantine.Records(choice, ct), ct);
        QuarantineListVerb.Print(screen, groups);
        if (sent > 0)
            screen.Line($"{Units.Count(sent)} records are sent back; ./tapline quarantine list shows what still waits");
        else if (groups.Count > 0)
            screen.Line("nothing was sent: this is a dry run");
        screen.Result(new JsonObject { ["sent"] = sent, ["chosen"] = QuarantineListVerb.Document(groups) });
        return ExitCode.Success;
    }

    static async Task<long> SendAsync(
        ParseResult line, PipelineConfig config, IEnumerable<QuarantinedRecord> records, CancellationToken ct)
    {
        using var logs = ProcessLog.Open(line);
        await using var pipeline = await RunningPipeline.StartAsync(
            config, PipelineParts.None, TimeProvider.System, logs, ct);
        var topic = TopicNames.Replays(config.Name);
        var partitions = await ReplayTopic.EnsureAsync(pipeline.Log, config.Name, ct);
        await using var producer = pipeline.Log.OpenProducer("tapline-replay");
        var sent = 0L;
        foreach (var record in records)
        {
            var mark = new ReplayMark(
                new TopicPartition(record.Id.Topic, record.Id.Partition),
                record.Id.Offset,
                record.IngestedAt / 1000,
                record.Attempt + 1);
            await producer.AppendAsync(
                new EventRecord(topic, Memory(record.Key), Memory(record.Value))
                {
                    Partition = record.Id.Partition % partitions,
                    Headers =
                    [
                        .. KafkaHeaders.Read(record.Headers),
                        new EventHeader(ReplayMark.Header, Encoding.UTF8.GetBytes(mark.ToString())),
                    ],
                },
                ct);
            sent++;
        }
        await producer.FlushAsync(ct);
        return sent;
    }

    // A null array would become memory that is empty, but there.
    static ReadOnlyMemory<byte>? Memory(byte[]? bytes) => bytes is null ? (ReadOnlyMemory<byte>?)null : bytes;
}
