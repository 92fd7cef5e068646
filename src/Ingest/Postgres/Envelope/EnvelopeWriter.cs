using System.Text;
using Tapline.Contracts;

namespace Tapline.Ingest.Postgres.Envelope;

/// <summary>Writes keys and change envelopes in Debezium's JSON, field by field in its order. One instance a task;
/// what a method returns is valid until the next <see cref="Clear"/>.</summary>
sealed class EnvelopeWriter
{
    // Debezium's snapshot and stream both carry a producer's version here; ours says whose it is.
    static readonly byte[] _version = Encoding.UTF8.GetBytes(
        $"tapline-{typeof(EnvelopeWriter).Assembly.GetName().Version?.ToString(3)}");

    const long NoTransaction = -1;

    readonly JsonBuffer _buffer = new();
    readonly JsonBuffer _origin = new();
    readonly byte[] _name;
    readonly byte[] _database;
    readonly TimeProvider _time;
    int _sequenceEnd;
    long _transactionMicros;
    long _transactionId;

    /// <summary>Gives each change of a transaction its place there; null leaves that out.</summary>
    public TransactionOrder? Order { get; init; }

    public EnvelopeWriter(string prefix, string database, TimeProvider time)
    {
        _name = Encoding.UTF8.GetBytes(prefix);
        _database = Encoding.UTF8.GetBytes(database);
        _time = time;
    }

    /// <summary>Makes the changes that follow part of a committed transaction. The first half of their sequence is the
    /// position of this commit, where Debezium gives the end of the one before: both order transactions alike, but ours
    /// is the same after a restart, whatever the reader saw before.</summary>
    public void BeginTransaction(long commitLsn, long commitMicros, long transactionId) =>
        Begin(commitLsn, commitMicros, transactionId, "false"u8);

    /// <summary>Makes the rows that follow part of a snapshot: all commits before <paramref name="lsn"/> are in it,
    /// none after it. Debezium gives null for the first half of their sequence.</summary>
    public void BeginSnapshot(long lsn, long snapshotMicros, long transactionId) =>
        Begin(lsn, snapshotMicros, transactionId, "true"u8);

    /// <summary>Makes the rows that follow part of a table that is read again while changes stream: they have no
    /// transaction, and the position of their place in the stream.</summary>
    public void BeginReread(long readMicros) => Begin(null, readMicros, NoTransaction, "incremental"u8);

    /// <summary>Forgets what was written for the records before.</summary>
    public void Clear() => _buffer.Clear();

    /// <summary>A slice of what was written since the last <see cref="Clear"/>.</summary>
    public ReadOnlyMemory<byte> Slice(Range range) => _buffer.Slice(range.Start.Value, range.End.Value);

    /// <summary>As the other; null for nothing.</summary>
    public ReadOnlyMemory<byte>? Slice(Range? range) =>
        range is { } written ? Slice(written) : (ReadOnlyMemory<byte>?)null;

    /// <summary>Writes a row's key: <c>{"id":7}</c>. What the row lacks as unchanged is taken from the old row.
    /// Null for a table without a key.</summary>
    public Range? WriteKey(CapturedTable table, RowText row, RowText? old = null)
    {
        if (!table.HasKey)
            return null;
        var start = _buffer.Length;
        _buffer.Append(table.Inline.KeyPrefix);
        _buffer.Append((byte)'{');
        for (var i = 0; i < table.KeyColumns.Length; i++)
        {
            _buffer.Append(table.KeyNames[i]);
            WriteValue(table, row, table.KeyColumns[i], old);
        }
        _buffer.Append((byte)'}');
        _buffer.Append(table.Inline.Suffix);
        return start.._buffer.Length;
    }

    /// <summary>The part of a written key without its schema, as headers carry it.</summary>
    public static Range KeyPayload(CapturedTable table, Range key) =>
        (key.Start.Value + table.Inline.KeyPrefix.Length)..(key.End.Value - table.Inline.Suffix.Length);

    /// <summary>Writes an envelope.</summary>
    /// <param name="table">The table.</param>
    /// <param name="kind">The operation.</param>
    /// <param name="before">The old row; null for none.</param>
    /// <param name="after">The new row; null for none. Values that it lacks as unchanged are taken from
    /// <paramref name="old"/>.</param>
    /// <param name="old">The whole old row, where the log has it.</param>
    /// <param name="lsn">The change's own position.</param>
    public Range WriteChange(
        CapturedTable table, ChangeKind kind, RowText? before, RowText? after, RowText? old, long lsn)
    {
        var start = _buffer.Length;
        _buffer.Append(table.Inline.ValuePrefix);
        _buffer.Append("{\"before\":"u8);
        WriteRow(table, before, null);
        _buffer.Append(",\"after\":"u8);
        WriteRow(table, after, old);
        WriteSource(table, lsn);
        _buffer.Append(",\"transaction\":"u8);
        if (Order is null)
            _buffer.Append("null"u8);
        else
            Order.WriteNext(_buffer, _transactionId, lsn, table.Schema.Table);
        _buffer.Append(",\"op\":\""u8);
        _buffer.Append((byte)kind);
        _buffer.Append("\",\"ts_ms\":"u8);
        var now = UnixMicros(_time.GetUtcNow());
        _buffer.AppendNumber(now / 1000);
        _buffer.Append(",\"ts_us\":"u8);
        _buffer.AppendNumber(now);
        _buffer.Append(",\"ts_ns\":"u8);
        _buffer.AppendNumber(now);
        _buffer.Append("000}"u8);
        _buffer.Append(table.Inline.Suffix);
        return start.._buffer.Length;
    }

    /// <summary>Microseconds since 1970.</summary>
    public static long UnixMicros(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    void Begin(long? commitLsn, long micros, long transactionId, ReadOnlySpan<byte> snapshot)
    {
        _transactionMicros = micros;
        _transactionId = transactionId;
        _origin.Clear();
        _origin.Append(",\"source\":{\"version\":"u8);
        _origin.AppendString(_version);
        _origin.Append(",\"connector\":\"postgresql\",\"name\":"u8);
        _origin.AppendString(_name);
        _origin.Append(",\"ts_ms\":"u8);
        _origin.AppendNumber(Milliseconds(micros));
        _origin.Append(",\"snapshot\":"u8);
        _origin.AppendString(snapshot);
        _origin.Append(",\"db\":"u8);
        _origin.AppendString(_database);
        _origin.Append(",\"sequence\":\"["u8);
        if (commitLsn is { } commit)
        {
            _origin.Append("\\\""u8);
            _origin.AppendNumber(commit);
            _origin.Append("\\\""u8);
        }
        else
        {
            _origin.Append("null"u8);
        }
        _sequenceEnd = _origin.Length;
    }

    void WriteSource(CapturedTable table, long lsn)
    {
        _buffer.Append(_origin.Slice(0, _sequenceEnd).Span);
        _buffer.Append(",\\\""u8);
        _buffer.AppendNumber(lsn);
        _buffer.Append("\\\"]\",\"ts_us\":"u8);
        _buffer.AppendNumber(_transactionMicros);
        _buffer.Append(",\"ts_ns\":"u8);
        _buffer.AppendNumber(_transactionMicros);
        _buffer.Append("000"u8);
        _buffer.Append(table.SourceFields);
        if (_transactionId == NoTransaction)
        {
            _buffer.Append(",\"txId\":null,\"lsn\":null"u8);
        }
        else
        {
            _buffer.Append(",\"txId\":"u8);
            _buffer.AppendNumber(_transactionId);
            _buffer.Append(",\"lsn\":"u8);
            _buffer.AppendNumber(lsn);
        }
        _buffer.Append(",\"xmin\":null,\"origin\":null,\"origin_lsn\":null}"u8);
    }

    void WriteRow(CapturedTable table, RowText? row, RowText? old)
    {
        if (row is null)
        {
            _buffer.Append("null"u8);
            return;
        }
        _buffer.Append((byte)'{');
        for (var i = 0; i < table.FieldNames.Length; i++)
        {
            if (table.Encoders[i] is null)
                continue;
            _buffer.Append(table.FieldNames[i]);
            WriteValue(table, row, i, old);
        }
        _buffer.Append((byte)'}');
    }

    void WriteValue(CapturedTable table, RowText row, int column, RowText? old)
    {
        if (row.IsUnchanged(column) && old is not null)
            row = old;
        if (row.IsNull(column))
            _buffer.Append(table.Nulls[column]);
        else if (row.IsUnchanged(column))
            _buffer.Append(table.Unavailable[column]);
        else
            table.Encoders[column]!.Write(row.Text(column), _buffer);
    }

    static long Milliseconds(long micros) => Math.DivRem(micros, 1000).Quotient;
}
