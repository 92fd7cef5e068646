using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Delta.Log;

namespace Tapline.Lakehouse.Tests.Delta;

/// <summary>Tables and commits for tests of the log; their data files need not exist.</summary>
static class Tables
{
    public static DeltaTableDefinition Accounts { get; } = new(
    [
        new ColumnSchema("id", ColumnType.Int64, Nullable: false) { KeyOrdinal = 0, SourceType = "bigint" },
        new ColumnSchema("owner", ColumnType.String) { SourceType = "text" },
        new ColumnSchema("balance", ColumnType.Decimal) { Precision = 12, Scale = 2, SourceType = "numeric(12,2)" },
        new ColumnSchema("opened_at", ColumnType.Timestamp),
    ]);

    public static DeltaServices Services() => new(TimeProvider.System, Guid.NewGuid);

    public static AddFile File(string name) => new(
        DataPath.Encode(name),
        ImmutableDictionary<string, string?>.Empty,
        Size: 100,
        ModificationTime: 1_700_000_000_000);

    public static DeltaCommit Append(string name, string? appId = null, long epoch = 0) => new()
    {
        Operation = "STREAMING UPDATE",
        Adds = [File(name)],
        Transaction = appId is null ? null : new TransactionId(appId, epoch),
        IsBlindAppend = true,
    };

    public static DeltaCommit Replace(AddFile file, string name) => new()
    {
        Operation = "MERGE",
        Removes = [file],
        Adds = [File(name)],
    };
}
