using System.Text.Json;
using Microsoft.Extensions.Logging;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;

namespace Tapline.Streaming.Schemas;

/// <summary>The table schemas that a source has announced in its schema topic. A source waits for the acknowledgement
/// of a
/// schema before it writes rows under it, so a version that a record names is always found by reading on.</summary>
sealed class SchemaRegistry(IEventLog log, string prefix, SourceDeclarations declared, ILogger logger)
    : IAsyncDisposable
{
    const int BytesMax = 4 << 20;

    readonly TopicPartition _partition = new(TopicNames.Schemas(prefix), 0);
    readonly Dictionary<(string Topic, int Version), TableSchema> _versions = [];
    readonly Dictionary<string, TableSchema> _newest = new(StringComparer.Ordinal);
    readonly Dictionary<string, TableSchema?> _declared = new(StringComparer.Ordinal);
    IEventReader? _reader;
    long _next;

    /// <summary>The newest schema of the table behind a topic, else the one that is declared; null when there is
    /// neither.</summary>
    public TableSchema? Newest(string topic) => _newest.GetValueOrDefault(topic) ?? Declared(topic);

    /// <summary>What was announced, else declared, of the table behind a topic whose records carry their
    /// schemas.</summary>
    public KnownTable Known(string topic) => _newest.TryGetValue(topic, out var announced)
        ? KnownTable.Of(announced)
        : declared.KnownOf(prefix, topic);

    /// <summary>A version of the schema of the table behind a topic; null when it was not announced.</summary>
    public TableSchema? Find(string topic, int version) => _versions.GetValueOrDefault((topic, version));

    /// <summary>Reads the schema topic up to its present end.</summary>
    public async Task RefreshAsync(CancellationToken ct)
    {
        if (_reader is null)
        {
            await log.EnsureTopicsAsync(
                [new TopicSpec(_partition.Topic, 1, new Dictionary<string, string> { ["cleanup.policy"] = "compact" })],
                ct);
        }
        var range = await log.OffsetsAsync(_partition, ct);
        if (_reader is null)
        {
            _next = range.Start;
            _reader = log.OpenReader("tapline-schemas");
            _reader.Assign(_partition, _next);
        }
        while (_next < range.End)
        {
            foreach (var chunk in await _reader.PollAsync(TimeSpan.FromSeconds(1), BytesMax, ct))
            {
                foreach (var slot in chunk.Slots.ToArray())
                    Take(chunk, slot);
                _next = chunk.NextOffset;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _reader?.DisposeAsync() ?? ValueTask.CompletedTask;

    // Always the same object: plans are kept by it.
    TableSchema? Declared(string topic)
    {
        if (!_declared.TryGetValue(topic, out var schema))
            _declared.Add(topic, schema = declared.SchemaOf(prefix, topic));
        return schema;
    }

    void Take(RecordChunk chunk, in RecordSlot slot)
    {
        if (slot.ValueLength < 0)
            return;
        try
        {
            var schema = SchemaRecord.Parse(chunk.Value(slot));
            var topic = TopicNames.Data(prefix, schema.Table);
            _versions[(topic, schema.Version)] = schema;
            if (_newest.GetValueOrDefault(topic) is not { } newest || newest.Version <= schema.Version)
                _newest[topic] = schema;
        }
        catch (JsonException damage)
        {
            logger.SchemaRecordIgnored(_partition.Topic, slot.Offset, damage.Message);
        }
    }
}
