using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Cli.Generate;
using Tapline.Cli.Generate.Expected;
using Tapline.Cli.Generate.Targets;
using Tapline.Cli.Terminal;
using Tapline.Cli.Verbs;
using Tapline.Contracts.Log;
using Tapline.TestKit;

namespace Tapline.Cli.Tests.Generate;

/// <summary>A business that went straight to the topics of a log in memory.</summary>
sealed class GeneratedLog : IAsyncDisposable
{
    readonly MemoryEventLog _log;

    GeneratedLog(GenerationReport report, MemoryEventLog log) => (Report, _log) = (report, log);

    public GenerationReport Report { get; }

    public BarLedger Ledger => Report.Ledger;

    public static async Task<GeneratedLog> MakeAsync(
        GeneratorOptions options, string? folder = null, int partitions = 1)
    {
        var ct = TestContext.Current.CancellationToken;
        var log = new MemoryEventLog(TimeProvider.System);
        var screen = new Screen(TextWriter.Null, TextWriter.Null, OutputFormat.Text, isTerminal: false);
        var run = new GenerationRun(options, screen, TimeProvider.System);
        await using var rows = await TopicRows.OpenAsync(
            log, "bar", partitions, options, run.Ledger.CountFault, NullLogger.Instance, ct);
        await using var devices = await TopicDevices.OpenAsync(log, "bar", partitions, ct);
        var report = await run.RunAsync([rows, devices], folder, ct);
        run.Ledger.Dispose();
        return new GeneratedLog(report, log);
    }

    /// <summary>The topics that are there.</summary>
    public async Task<IReadOnlyList<string>> TopicsAsync() =>
        [.. (await _log.ListTopicsAsync(TestContext.Current.CancellationToken)).Select(static topic => topic.Name)];

    /// <summary>One digest over all records of all topics: keys, values, headers, times, in order.</summary>
    public async Task<string> DigestAsync()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // The records of schemas are written at the time of the machine.
        var topics = await TopicsAsync();
        foreach (var topic in topics.Where(static topic => topic.StartsWith("bar.", StringComparison.Ordinal)))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(topic));
            await foreach (var (chunk, slot) in SlotsAsync(topic))
            {
                hash.AppendData(chunk.Key(slot));
                hash.AppendData(chunk.Value(slot));
                hash.AppendData(chunk.Headers(slot));
                hash.AppendData(BitConverter.GetBytes(slot.TimestampMs + slot.KeyLength + slot.ValueLength));
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The records of a topic: null for a tombstone's value.</summary>
    public async IAsyncEnumerable<(string Key, string? Value)> RecordsAsync(string topic)
    {
        await foreach (var (chunk, slot) in SlotsAsync(topic))
        {
            yield return (Encoding.UTF8.GetString(chunk.Key(slot)),
                slot.ValueLength < 0 ? null : Encoding.UTF8.GetString(chunk.Value(slot)));
        }
    }

    /// <summary>The changes of a table in order, each as JSON.</summary>
    public async IAsyncEnumerable<JsonElement> ChangesAsync(string table)
    {
        await foreach (var (_, value) in RecordsAsync($"bar.{table}"))
        {
            if (value is null)
                continue;
            using var json = JsonDocument.Parse(value);
            yield return json.RootElement.Clone();
        }
    }

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    async IAsyncEnumerable<(RecordChunk Chunk, RecordSlot Slot)> SlotsAsync(string topic)
    {
        var ct = TestContext.Current.CancellationToken;
        var partitions = (await _log.ListTopicsAsync(ct)).Single(info => info.Name == topic).Partitions;
        for (var number = 0; number < partitions; number++)
        {
            var partition = new TopicPartition(topic, number);
            var (next, end) = await _log.OffsetsAsync(partition, ct);
            await using var reader = _log.OpenReader("test");
            reader.Assign(partition, next);
            while (next < end)
            {
                foreach (var chunk in await reader.PollAsync(TimeSpan.FromSeconds(1), 8 << 20, ct))
                {
                    foreach (var slot in chunk.Slots.ToArray())
                        yield return (chunk, slot);
                    next = chunk.NextOffset;
                }
            }
        }
    }
}
