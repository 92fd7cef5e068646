using System.Collections.Immutable;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Log;
using Tapline.Lakehouse.Delta.Schema;

namespace Tapline.Lakehouse.Delta.Snapshot;

/// <summary>Replays actions into a table's state: the newest action about each thing counts.</summary>
sealed class SnapshotBuilder
{
    readonly ImmutableDictionary<FileId, AddFile>.Builder _files;
    readonly ImmutableDictionary<FileId, RemoveFile>.Builder _tombstones;
    readonly ImmutableDictionary<string, SetTransaction>.Builder _transactions;
    readonly ImmutableDictionary<string, DomainMetadata>.Builder _domains;
    DeltaProtocol? _protocol;
    TableMetadata? _metadata;
    DeltaSchema? _structure;

    /// <summary>Starts before the first version.</summary>
    public SnapshotBuilder()
    {
        _files = ImmutableDictionary.CreateBuilder<FileId, AddFile>();
        _tombstones = ImmutableDictionary.CreateBuilder<FileId, RemoveFile>();
        _transactions = ImmutableDictionary.CreateBuilder<string, SetTransaction>(StringComparer.Ordinal);
        _domains = ImmutableDictionary.CreateBuilder<string, DomainMetadata>(StringComparer.Ordinal);
    }

    /// <summary>Goes on from a snapshot, which stays as it is.</summary>
    public SnapshotBuilder(DeltaSnapshot from)
    {
        _files = from.Files.ToBuilder();
        _tombstones = from.Tombstones.ToBuilder();
        _transactions = from.Transactions.ToBuilder();
        _domains = from.Domains.ToBuilder();
        _protocol = from.Protocol;
        _metadata = from.Metadata;
        _structure = from.Structure;
    }

    /// <summary>Takes over the actions of the next commit, or of a checkpoint.</summary>
    public void Apply(LogCommit commit)
    {
        if (commit.Protocol is not null)
            _protocol = commit.Protocol;
        if (commit.Metadata is not null && commit.Metadata != _metadata)
        {
            _metadata = commit.Metadata;
            _structure = null;
        }
        // A commit may replace a file's deletion vector: it removes one id and adds another, in any order.
        foreach (var remove in commit.Removes)
        {
            _files.Remove(remove.Id);
            _tombstones[remove.Id] = remove;
        }
        foreach (var add in commit.Adds)
        {
            // Whether data changed is said of the action, as by a checkpoint or OPTIMIZE. What comes of the file later
            // is another matter.
            _files[add.Id] = add.DataChange ? add : add with { DataChange = true };
            _tombstones.Remove(add.Id);
        }
        foreach (var transaction in commit.Transactions)
            _transactions[transaction.AppId] = transaction;
        foreach (var domain in commit.Domains)
        {
            if (domain.Removed)
                _domains.Remove(domain.Domain);
            else
                _domains[domain.Domain] = domain;
        }
    }

    /// <summary>The state at <paramref name="version"/>; <paramref name="folder"/> is named in errors.</summary>
    public DeltaSnapshot Build(long version, LogFolder folder)
    {
        var file = folder.Commit(version);
        if (_protocol is null)
            throw new DeltaFormatException(file, "a protocol action in this version or before", "none");
        if (_metadata is null)
            throw new DeltaFormatException(file, "a metaData action in this version or before", "none");
        TableFeatures.CheckReadable(folder.Table, _protocol);
        _structure ??= _metadata.SchemaString is { } schema ? DeltaSchema.Parse(schema, file) : new DeltaSchema([]);
        return new DeltaSnapshot(version, _protocol, _metadata, _structure)
        {
            Files = _files.ToImmutable(),
            Tombstones = _tombstones.ToImmutable(),
            Transactions = _transactions.ToImmutable(),
            Domains = _domains.ToImmutable(),
        };
    }
}
