using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Schema;

namespace Tapline.Lakehouse.Delta.Snapshot;

/// <summary>A table at one version. Never changes.</summary>
public sealed class DeltaSnapshot
{
    internal DeltaSnapshot(long version, DeltaProtocol protocol, TableMetadata metadata, DeltaSchema structure)
    {
        Version = version;
        Protocol = protocol;
        Metadata = metadata;
        Structure = structure;
        PartitionColumns = [.. metadata.PartitionColumns];
    }

    /// <summary>The version.</summary>
    public long Version { get; }

    /// <summary>What readers and writers must know.</summary>
    public DeltaProtocol Protocol { get; }

    /// <summary>Identity and properties.</summary>
    public TableMetadata Metadata { get; }

    /// <summary>All columns, foreign types included.</summary>
    public DeltaSchema Structure { get; }

    /// <summary>The columns that the lake has types for, partition columns among them.</summary>
    public ImmutableArray<ColumnSchema> Schema => Structure.Columns;

    /// <summary>Columns whose values stand in the log and not in the files.</summary>
    public ImmutableArray<string> PartitionColumns { get; }

    /// <summary>Whether rows may be deleted by deletion vectors.</summary>
    public bool TakesDeletionVectors => TableFeatures.TakesDeletionVectors(Protocol, Metadata);

    /// <summary>Whether commits keep which rows they changed.</summary>
    public bool KeepsChanges => TableFeatures.KeepsChanges(Metadata);

    /// <summary>Whether new checkpoints may have sidecars.</summary>
    public bool TakesV2Checkpoints => TableFeatures.TakesV2Checkpoints(Protocol, Metadata);

    /// <summary>Whether files know columns by names of their own.</summary>
    public bool MapsColumns => TableFeatures.MapsColumns(Protocol, Metadata);

    /// <summary>What files call a column.</summary>
    public string StoredName(string column) =>
        MapsColumns && Structure.Fields.FirstOrDefault(field => field.Name == column)?.PhysicalName is { } name
            ? name
            : column;

    /// <summary>The live data files.</summary>
    public required ImmutableDictionary<FileId, AddFile> Files { get; init; }

    /// <summary>Removed files that the log still remembers.</summary>
    public required ImmutableDictionary<FileId, RemoveFile> Tombstones { get; init; }

    /// <summary>The last transaction of each writer, by its id.</summary>
    public required ImmutableDictionary<string, SetTransaction> Transactions { get; init; }

    /// <summary>Settings of programs and features, by domain.</summary>
    public required ImmutableDictionary<string, DomainMetadata> Domains { get; init; }

    /// <summary>How long a file is kept after it has left the table (<c>delta.deletedFileRetentionDuration</c>, a week
    /// by default).</summary>
    public TimeSpan DeletedFileRetention =>
        Interval.Parse(Metadata.Property(Interval.FilesProperty)) ?? TimeSpan.FromDays(7);

    /// <summary>How long versions can be read (<c>delta.logRetentionDuration</c>, 30 days by default).</summary>
    public TimeSpan LogRetention =>
        Interval.Parse(Metadata.Property(Interval.LogProperty)) ?? TimeSpan.FromDays(30);

    /// <summary>The snapshot without removals older than the table keeps them: their files may have been
    /// vacuumed.</summary>
    internal DeltaSnapshot WithoutOldTombstones(DateTimeOffset now)
    {
        var oldest = (now - DeletedFileRetention).ToUnixTimeMilliseconds();
        // A removal without a time is as old as can be.
        var old = Tombstones.Values.Where(remove => (remove.DeletionTimestamp ?? 0) < oldest);
        return new DeltaSnapshot(Version, Protocol, Metadata, Structure)
        {
            Files = Files,
            Tombstones = Tombstones.RemoveRange(old.Select(static remove => remove.Id)),
            Transactions = Transactions,
            Domains = Domains,
        };
    }

    /// <summary>How far a writer has come; null when it never committed.</summary>
    public long? TransactionVersion(string appId) => Transactions.GetValueOrDefault(appId)?.Version;
}
