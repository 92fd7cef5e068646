using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Catalog;
using Tapline.Ingest.Postgres.Progress;

namespace Tapline.Ingest.Postgres.Envelope;

/// <summary>Every schema version that the schema topic knows. A new shape becomes the next version, acknowledged by the
/// log before this answers; a shape that was there before keeps its number, so that replayed changes name the same
/// version as the first time. Used by one task at a time.</summary>
sealed class TableRegistry : IAsyncDisposable
{
    readonly IEventLog _log;
    readonly PostgresSourceOptions _options;
    readonly IEventProducer _producer;
    readonly ILogger _logger;
    readonly string _topic;
    readonly Dictionary<TableId, List<TableSchema>> _versions = [];

    TableRegistry(IEventLog log, PostgresSourceOptions options, ILogger logger)
    {
        _log = log;
        _options = options;
        _logger = logger;
        _topic = TopicNames.Schemas(options.Prefix);
        _producer = log.OpenProducer("tapline-ingest-schemas");
    }

    /// <summary>Creates the topic if need be and reads what it holds.</summary>
    public static async Task<TableRegistry> OpenAsync(
        IEventLog log, PostgresSourceOptions options, ILogger logger, CancellationToken ct)
    {
        var topic = TopicNames.Schemas(options.Prefix);
        await log.EnsureTopicsAsync([new TopicSpec(topic, 1, ProgressLog.Compacted)], ct);
        var registry = new TableRegistry(log, options, logger);
        await TopicScan.ReadAsync(log, topic, registry.Load, ct);
        return registry;
    }

    /// <summary>Makes a table ready for records: its topic exists and its schema is in the schema topic.</summary>
    public async Task<CapturedTable> CaptureAsync(
        TableId table, TableDescription description, CancellationToken ct)
    {
        var form = RowForm.Of(description, _options.Format);
        var topic = TopicNames.Data(_options.Prefix, table);
        await _log.EnsureTopicsAsync([new TopicSpec(topic, _options.Partitions, _options.TopicConfiguration)], ct);
        var topics = await _log.ListTopicsAsync(ct);
        var partitions = topics.FirstOrDefault(t => t.Name == topic)?.Partitions ?? _options.Partitions;
        return new CapturedTable(
            _options.Prefix, await VersionAsync(table, form.Written, ct), partitions, form);
    }

    public ValueTask DisposeAsync() => _producer.DisposeAsync();

    async Task<TableSchema> VersionAsync(TableId table, ImmutableArray<ColumnSchema> columns, CancellationToken ct)
    {
        var versions = Versions(table);
        var highest = versions.Count == 0 ? 0 : versions.Max(static v => v.Version);
        var next = new TableSchema(table, highest + 1, columns, _options.Format.Values);
        if (versions.FindLast(version => version.SameShape(next)) is { } known)
            return known;
        var record = new EventRecord(_topic, SchemaRecord.Key(next), SchemaRecord.Value(next)) { Partition = 0 };
        await _producer.AppendAsync(record, ct);
        await _producer.FlushAsync(ct);
        versions.Add(next);
        _logger.SchemaRegistered(table.ToString(), next.Version, columns.Length);
        return next;
    }

    void Load(ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? value)
    {
        if (value is not { } bytes)
            return;
        var schema = SchemaRecord.Parse(bytes.Span);
        var versions = Versions(schema.Table);
        versions.RemoveAll(version => version.Version == schema.Version);
        versions.Add(schema);
    }

    List<TableSchema> Versions(TableId table)
    {
        if (!_versions.TryGetValue(table, out var versions))
            _versions.Add(table, versions = []);
        return versions;
    }
}
