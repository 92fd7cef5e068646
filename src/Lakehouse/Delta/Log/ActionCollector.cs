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
    DeltaProtocol? _protocol;
    TableMetadata? _metadata;
    string? _txnId;

    public void Add(int line, LogEntry entry)
    {
        _protocol = Single(line, "protocol", _protocol, entry.Protocol);
        _metadata = Single(line, "metaData", _metadata, entry.Metadata);
        if (entry.CommitInfo is { ValueKind: JsonValueKind.Object } info
            && info.TryGetProperty("txnId"u8, out var txnId) && txnId.ValueKind == JsonValueKind.String)
            _txnId = txnId.GetString();
        if (entry.Add is not null)
            _adds.Add(entry.Add);
        if (entry.Remove is not null)
            _removes.Add(entry.Remove);
        if (entry.Transaction is not null)
            _transactions.Add(entry.Transaction);
        if (entry.DomainMetadata is not null)
            _domains.Add(entry.DomainMetadata);
    }

    public LogCommit ToCommit(long version) => new(version)
    {
        TxnId = _txnId,
        Protocol = _protocol,
        Metadata = _metadata,
        Adds = _adds.DrainToImmutable(),
        Removes = _removes.DrainToImmutable(),
        Transactions = _transactions.DrainToImmutable(),
        Domains = _domains.DrainToImmutable(),
    };

    T? Single<T>(int line, string name, T? before, T? found)
        where T : class =>
        before is null || found is null
            ? found ?? before
            : throw new DeltaFormatException(file, $"one {name} in a commit", $"a second on line {line}");
}
