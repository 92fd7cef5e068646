using System.Collections.Immutable;
using System.Text.Json;
using Tapline.Lakehouse.Delta.Actions;

namespace Tapline.Lakehouse.Delta.Log;

/// <summary>Gathers the actions of a commit, or of a piece of a checkpoint, and refuses what may stand only
/// once.</summary>
sealed class ActionCollector(string file)
{
    readonly ImmutableArray<AddFile>.Builder _adds = ImmutableArray.CreateBuilder<AddFile>();
    readonly ImmutableArray<RemoveFile>.Builder _removes = ImmutableArray.CreateBuilder<RemoveFile>();
    readonly ImmutableArray<SetTransaction>.Builder _transactions = ImmutableArray.CreateBuilder<SetTransaction>();
    readonly ImmutableArray<DomainMetadata>.Builder _domains = ImmutableArray.CreateBuilder<DomainMetadata>();
    readonly ImmutableArray<ChangeFile>.Builder _changes = ImmutableArray.CreateBuilder<ChangeFile>();
    readonly ImmutableArray<Sidecar>.Builder _sidecars = ImmutableArray.CreateBuilder<Sidecar>();
    DeltaProtocol? _protocol;
    TableMetadata? _metadata;
    CheckpointMetadata? _checkpoint;
    JsonElement? _info;

    public void Add(int line, LogEntry entry)
    {
        _protocol = Single(line, "protocol", _protocol, entry.Protocol);
        _metadata = Single(line, "metaData", _metadata, entry.Metadata);
        _checkpoint = Single(line, "checkpointMetadata", _checkpoint, entry.CheckpointMetadata);
        if (entry.CommitInfo is { ValueKind: JsonValueKind.Object } info)
            _info = info;
        if (entry.Add is not null)
            _adds.Add(entry.Add);
        if (entry.Remove is not null)
            _removes.Add(entry.Remove);
        if (entry.Transaction is not null)
            _transactions.Add(entry.Transaction);
        if (entry.DomainMetadata is not null)
            _domains.Add(entry.DomainMetadata);
        if (entry.Change is not null)
            _changes.Add(entry.Change);
        if (entry.Sidecar is not null)
            _sidecars.Add(entry.Sidecar);
    }

    public LogCommit ToCommit(long version) => new(version)
    {
        TxnId = TxnId(),
        Info = _info,
        Protocol = _protocol,
        Metadata = _metadata,
        Adds = _adds.DrainToImmutable(),
        Removes = _removes.DrainToImmutable(),
        Transactions = _transactions.DrainToImmutable(),
        Domains = _domains.DrainToImmutable(),
        Changes = _changes.DrainToImmutable(),
        CheckpointVersion = _checkpoint?.Version,
        Sidecars = _sidecars.DrainToImmutable(),
    };

    string? TxnId() =>
        _info is { } info && info.TryGetProperty("txnId"u8, out var id) && id.ValueKind == JsonValueKind.String
            ? id.GetString()
            : null;

    T? Single<T>(int line, string name, T? before, T? found)
        where T : class =>
        before is null || found is null
            ? found ?? before
            : throw new DeltaFormatException(file, $"one {name} in a commit", $"a second on line {line}");
}
