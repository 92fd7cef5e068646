using Npgsql;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Catalog;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Streaming;

/// <summary>The tables of a change stream by their relation's id, each in the version that the stream described
/// last.</summary>
sealed class StreamedTables(
    NpgsqlDataSource database, TableRegistry registry, TablePatterns patterns, TableId signals, SourceMeter meter)
{
    readonly Dictionary<uint, (Relation Relation, StreamedTable? Table)> _tables = [];

    /// <summary>Takes note of a relation; asks the catalog only when its columns are new.</summary>
    public async ValueTask DescribeAsync(Relation relation, CancellationToken ct)
    {
        if (_tables.TryGetValue(relation.Id, out var known) && known.Relation.SameColumns(relation))
            return;
        var id = new TableId(relation.Schema, relation.Name);
        StreamedTable? table = null;
        if (patterns.Includes(id) && id != signals)
        {
            await using var connection = await database.OpenConnectionAsync(ct);
            var columns = await new CatalogReader(connection).DescribeAsync(relation.Id, relation.Columns, ct);
            table = new StreamedTable(await registry.CaptureAsync(id, columns, ct), meter.Table(id));
        }
        _tables[relation.Id] = (relation, table);
    }

    /// <summary>The relation, where it is the signal table; null for any other.</summary>
    public Relation? FindSignals(uint relationId) =>
        _tables.TryGetValue(relationId, out var known) && known.Relation.Schema == signals.Schema
            && known.Relation.Name == signals.Name ? known.Relation : null;

    /// <summary>The table of a relation; null when it is not wanted.</summary>
    public StreamedTable? Find(uint relationId) => _tables.TryGetValue(relationId, out var known)
        ? known.Table
        : throw new InvalidDataException($"a change names relation {relationId}, which the stream has not described");
}

/// <summary>A table and its counts.</summary>
sealed record StreamedTable(CapturedTable Captured, TableMeter Meter);
