using Tapline.Contracts.Log;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Streaming;

/// <summary>Writes where each transaction begins and ends, and what it held, as Debezium's transaction topic has
/// it. A transaction without a captured change has no marker.</summary>
sealed class TransactionMarkers(string prefix, IEventProducer producer)
{
    readonly string _topic = TopicNames.Transactions(prefix);
    readonly JsonBuffer _buffer = new();
    long _transactionId;
    long _commitMs;

    /// <summary>The counts of the transaction.</summary>
    public TransactionOrder Order { get; } = new();

    /// <summary>Whether a transaction goes on whose beginning is not written yet.</summary>
    public bool IsDue { get; private set; }

    /// <summary>Whether a transaction's beginning is written and its end is not.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>A transaction begins; its marker waits for the first change.</summary>
    public void Begun(long transactionId, long commitMicros)
    {
        Order.Reset();
        _transactionId = transactionId;
        _commitMs = Math.DivRem(commitMicros, 1000).Quotient;
        (IsDue, IsOpen) = (true, false);
    }

    /// <summary>Writes the beginning, at the position of the first change.</summary>
    public ValueTask WriteBeginAsync(long lsn, CancellationToken ct)
    {
        (IsDue, IsOpen) = (false, true);
        return WriteAsync("BEGIN"u8, lsn, ct);
    }

    /// <summary>Writes the end, at the position behind the commit.</summary>
    public ValueTask WriteEndAsync(long endLsn, CancellationToken ct)
    {
        IsOpen = false;
        return WriteAsync("END"u8, endLsn, ct);
    }

    ValueTask WriteAsync(ReadOnlySpan<byte> status, long lsn, CancellationToken ct)
    {
        var isEnd = status.SequenceEqual("END"u8);
        _buffer.Clear();
        _buffer.Append("{\"id\":"u8);
        TransactionOrder.WriteId(_buffer, _transactionId, lsn);
        _buffer.Append((byte)'}');
        var value = _buffer.Length;
        _buffer.Append("{\"status\":"u8);
        _buffer.AppendString(status);
        _buffer.Append(",\"id\":"u8);
        TransactionOrder.WriteId(_buffer, _transactionId, lsn);
        _buffer.Append(",\"event_count\":"u8);
        if (isEnd)
            _buffer.AppendNumber(Order.Total);
        else
            _buffer.Append("null"u8);
        _buffer.Append(",\"data_collections\":"u8);
        if (isEnd)
            Order.WriteTables(_buffer);
        else
            _buffer.Append("null"u8);
        _buffer.Append(",\"ts_ms\":"u8);
        _buffer.AppendNumber(_commitMs);
        _buffer.Append((byte)'}');
        // One partition keeps the order of the transactions, whatever the keys.
        return producer.AppendAsync(
            new EventRecord(_topic, _buffer.Slice(0, value), _buffer.Slice(value, _buffer.Length)) { Partition = 0 },
            ct);
    }
}
