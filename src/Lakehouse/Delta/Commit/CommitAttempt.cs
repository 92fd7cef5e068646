using System.Collections.Immutable;
using System.Globalization;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Delta.Schema;
using Tapline.Lakehouse.Delta.Snapshot;

namespace Tapline.Lakehouse.Delta.Commit;

/// <summary>A commit as the bytes of one version, made anew for each version that it is tried on.</summary>
/// <param name="Content">The actions.</param>
/// <param name="Info">The line that describes them.</param>
sealed record CommitAttempt(LogCommit Content, CommitInfo Info)
{
    /// <summary>The file's bytes.</summary>
    public byte[] Serialize() => Content.Serialize(Info);

    /// <summary>The commit on top of a snapshot; <paramref name="columns"/> are the table's afterwards.</summary>
    public static CommitAttempt Of(
        DeltaSnapshot read, DeltaCommit commit, PlannedColumns columns, string txnId, DateTimeOffset now)
    {
        var milliseconds = now.ToUnixTimeMilliseconds();
        var content = new LogCommit(read.Version + 1)
        {
            TxnId = txnId,
            Metadata = columns.Schema == read.Structure ? null : columns.In(read),
            Adds = commit.DataChange
                ? commit.Adds
                : [.. commit.Adds.Select(static add => add with { DataChange = false })],
            Removes =
            [
                .. commit.Removes.Select(file =>
                    RemoveFile.Of(file, milliseconds, commit.DataChange && file.DataChange)),
            ],
            Changes = commit.Changes,
            Transactions = commit.Transaction is { } id
                ? [new SetTransaction(id.AppId, id.Version) { LastUpdated = milliseconds }]
                : [],
        };
        var info = new CommitInfo(milliseconds, commit.Operation, txnId)
        {
            OperationParameters = commit.OperationParameters,
            ReadVersion = read.Version,
            IsBlindAppend = commit.IsBlindAppend,
            OperationMetrics = Metrics(commit),
        };
        return new CommitAttempt(content, info);
    }

    /// <summary>Version 0 of a new table.</summary>
    public static CommitAttempt Create(DeltaTableDefinition definition, Guid tableId, string txnId, DateTimeOffset now)
    {
        var milliseconds = now.ToUnixTimeMilliseconds();
        var id = tableId.ToString("D");
        var schema = DeltaSchema.Of(definition.Columns);
        if (definition.MapsColumns)
            schema = ColumnMappings.Number(schema, maxId: 0, id);
        var content = new LogCommit(0)
        {
            TxnId = txnId,
            Protocol = TableFeatures.ProtocolOf(definition),
            Metadata = new TableMetadata(
                id,
                new FileFormat("parquet") { Options = ImmutableSortedDictionary<string, string?>.Empty },
                definition.PartitionColumns)
            {
                SchemaString = schema.ToJson(),
                Name = definition.Name,
                Description = definition.Description,
                CreatedTime = milliseconds,
                Configuration = TableFeatures.PropertiesOf(definition),
            },
        };
        return new CommitAttempt(content, new CommitInfo(milliseconds, "CREATE TABLE", txnId) { IsBlindAppend = true });
    }

    // A file that only has another deletion vector now is neither added nor removed.
    static ImmutableSortedDictionary<string, string> Metrics(DeltaCommit commit)
    {
        var kept = commit.Adds.Select(static add => add.Location).ToHashSet(StringComparer.Ordinal);
        kept.IntersectWith(commit.Removes.Select(static file => file.Location));
        var adds = commit.Adds.Where(add => !kept.Contains(add.Location)).ToArray();
        var removes = commit.Removes.Where(file => !kept.Contains(file.Location)).ToArray();
        var metrics = commit.OperationMetrics
            .SetItem("numAddedFiles", Text(adds.Length))
            .SetItem("numRemovedFiles", Text(removes.Length))
            .SetItem("numAddedBytes", Text(adds.Sum(static add => add.Size)))
            .SetItem("numRemovedBytes", Text(removes.Sum(static file => file.Size)));
        return kept.Count == 0 ? metrics : metrics.SetItem("numDeletionVectorsUpdated", Text(kept.Count));
    }

    static string Text(long count) => count.ToString(CultureInfo.InvariantCulture);
}
