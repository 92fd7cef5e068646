using Tapline.Contracts;

namespace Tapline.Ingest.Postgres.Streaming;

/// <summary>Takes the messages of a change stream that also brings parts of transactions which are still open. Those
/// parts wait on disk, and reach the encoder when their transaction commits: in the order of the commits, with the
/// positions that they would have had in one piece. What is rolled back never does.</summary>
sealed class OpenTransactions(string folder, ChangeEncoder encoder) : IDisposable
{
    readonly Dictionary<uint, TransactionSpool> _spools = [];
    TransactionSpool? _current;

    /// <summary>Handles one message. Its memory may be reused when this is done.</summary>
    public ValueTask HandleAsync(ReadOnlyMemory<byte> message, long lsn, CancellationToken ct)
    {
        var reader = new PgOutputReader(message);
        switch (reader.ReadByte())
        {
            case (byte)'S':
                Enter(reader.ReadUInt32());
                return default;
            case (byte)'E':
                _current = null;
                return default;
            case (byte)'A':
                Abort(reader.ReadUInt32(), reader.ReadUInt32());
                return default;
            case (byte)'c':
                var transactionId = reader.ReadUInt32();
                reader.ReadByte();
                return CommitAsync(
                    transactionId, reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), ct);
            default:
                if (_current is null)
                    return encoder.HandleAsync(message, lsn, ct);
                Keep(_current, message, lsn);
                return default;
        }
    }

    public void Dispose()
    {
        foreach (var spool in _spools.Values)
            spool.Dispose();
        _spools.Clear();
    }

    void Enter(uint transactionId)
    {
        if (_spools.TryGetValue(transactionId, out _current))
            return;
        try
        {
            _spools.Add(transactionId, _current = new TransactionSpool(folder, transactionId));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Unusable(exception);
        }
    }

    void Abort(uint transactionId, uint subtransaction)
    {
        if (!_spools.TryGetValue(transactionId, out var spool))
            return;
        if (transactionId != subtransaction)
        {
            spool.Abort(subtransaction);
            return;
        }
        spool.Dispose();
        _spools.Remove(transactionId);
    }

    void Keep(TransactionSpool spool, ReadOnlyMemory<byte> message, long lsn)
    {
        var reader = new PgOutputReader(message);
        var tag = reader.ReadByte();
        // The origin alone names no transaction, and changes no row.
        if (tag == (byte)'O')
            return;
        var subtransaction = reader.ReadUInt32();
        try
        {
            spool.Add(subtransaction, lsn, tag, message.Span[(1 + sizeof(uint))..]);
        }
        catch (IOException exception)
        {
            throw Unusable(exception);
        }
    }

    async ValueTask CommitAsync(
        uint transactionId, long commitLsn, long endLsn, long commitProtocolMicros, CancellationToken ct)
    {
        encoder.Begin(commitLsn, commitProtocolMicros, transactionId);
        if (_spools.Remove(transactionId, out var spool))
        {
            using (spool)
            {
                spool.Rewind();
                while (spool.TryRead(out var message))
                {
                    ct.ThrowIfCancellationRequested();
                    await encoder.HandleAsync(message, spool.Lsn, ct);
                }
            }
        }
        await encoder.CommitAsync(endLsn, ct);
    }

    TaplineException Unusable(Exception cause) => new(
        $"a transaction that is not committed yet cannot be kept in {folder}: {cause.Message}",
        "Make room there, or name another folder: source: { postgres: { spool: … } }.",
        cause)
    {
        IsTransient = true,
    };
}
