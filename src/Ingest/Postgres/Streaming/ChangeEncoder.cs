using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Ingest.Postgres.Envelope;
using Tapline.Ingest.Postgres.Signals;

namespace Tapline.Ingest.Postgres.Streaming;

/// <summary>Turns the messages of a change stream into records of the log, one message at a time and in
/// order.</summary>
sealed class ChangeEncoder(
    StreamedTables tables,
    EnvelopeWriter writer,
    TransactionMarkers? markers,
    RereadPlacer rereads,
    IEventProducer producer,
    Acknowledger acknowledger,
    SourceMeter meter)
{
    // The protocol counts microseconds from 2000-01-01.
    const long ProtocolEpochMicros = 946_684_800_000_000;

    readonly RowText _new = new();
    readonly RowText _old = new();
    uint _transactionId;
    long _commitLsn;

    /// <summary>Handles one message. Its memory may be reused when this is done.</summary>
    public ValueTask HandleAsync(ReadOnlyMemory<byte> message, long lsn, CancellationToken ct) =>
        markers is { IsDue: true } && IsWantedChange(message)
            ? HandleFirstAsync(markers, message, lsn, ct)
            : HandleNextAsync(message, lsn, ct);

    /// <summary>A transaction begins: the changes that follow are part of it.</summary>
    public void Begin(long commitLsn, long commitProtocolMicros, uint transactionId)
    {
        acknowledger.Begun();
        (_transactionId, _commitLsn) = (transactionId, commitLsn);
        var commitMicros = commitProtocolMicros + ProtocolEpochMicros;
        writer.BeginTransaction(commitLsn, commitMicros, transactionId);
        markers?.Begun(transactionId, commitMicros);
    }

    /// <summary>The transaction is complete.</summary>
    public async ValueTask CommitAsync(long endLsn, CancellationToken ct)
    {
        if (markers is { IsOpen: true })
            await markers.WriteEndAsync(endLsn, ct);
        rereads.Committed(_transactionId);
        acknowledger.Committed(endLsn);
    }

    async ValueTask HandleFirstAsync(
        TransactionMarkers due, ReadOnlyMemory<byte> message, long lsn, CancellationToken ct)
    {
        await due.WriteBeginAsync(lsn, ct);
        await HandleNextAsync(message, lsn, ct);
    }

    ValueTask HandleNextAsync(ReadOnlyMemory<byte> message, long lsn, CancellationToken ct)
    {
        var reader = new PgOutputReader(message);
        switch (reader.ReadByte())
        {
            case (byte)'B':
                Begin(reader.ReadInt64(), reader.ReadInt64(), reader.ReadUInt32());
                return default;
            case (byte)'C':
                reader.ReadByte();
                reader.ReadInt64();
                return CommitAsync(reader.ReadInt64(), ct);
            case (byte)'R':
                return tables.DescribeAsync(reader.ReadRelation(), ct);
            case (byte)'I':
                return InsertAsync(ref reader, lsn, ct);
            case (byte)'U':
                return UpdateAsync(ref reader, lsn, ct);
            case (byte)'D':
                return DeleteAsync(ref reader, lsn, ct);
            case (byte)'T':
                return TruncateAsync(reader.ReadTruncate(), lsn, ct);
            case (byte)'M':
                return MessageAsync(ref reader, lsn, ct);
            case (byte)'O' or (byte)'Y':
                // An origin's and a type's name: no row changes by them.
                return default;
            default:
                throw reader.Malformed("a message of a change stream");
        }
    }

    bool IsWantedChange(ReadOnlyMemory<byte> message)
    {
        var reader = new PgOutputReader(message);
        return reader.ReadByte() switch
        {
            (byte)'I' or (byte)'U' or (byte)'D' => tables.Find(reader.ReadUInt32()) is not null,
            (byte)'T' => Array.Exists(reader.ReadTruncate(), relation =>
                tables.Find(relation) is { Captured.Format.Truncates: true }),
            _ => false,
        };
    }

    ValueTask InsertAsync(ref PgOutputReader reader, long lsn, CancellationToken ct)
    {
        var relation = reader.ReadUInt32();
        var table = tables.Find(relation);
        ExpectTag(ref reader, (byte)'N');
        if (table is null)
        {
            if (tables.FindSignals(relation) is not { } signals)
                return default;
            reader.ReadTuple(_new);
            return rereads.SignalAsync(signals, _new, _commitLsn, lsn, ct);
        }
        ReadRow(ref reader, table, _new);
        return AppendAsync(table, ChangeKind.Create, null, _new, null, lsn, ct);
    }

    ValueTask UpdateAsync(ref PgOutputReader reader, long lsn, CancellationToken ct)
    {
        var table = tables.Find(reader.ReadUInt32());
        if (table is null)
            return default;
        var tag = reader.ReadByte();
        RowText? old = null;
        if (tag is (byte)'O' or (byte)'K')
        {
            ReadRow(ref reader, table, _old);
            old = _old;
            ExpectTag(ref reader, (byte)'N');
        }
        else if (tag != (byte)'N')
        {
            throw reader.Malformed("a row of kind K, O or N");
        }
        ReadRow(ref reader, table, _new);
        // Of a key ('K') only the key's columns are known; whole old rows ('O') are what Debezium calls before.
        var whole = tag == (byte)'O' ? old : null;
        return old is not null && HasOtherKey(table.Captured, old, _new)
            ? MoveKeyAsync(table, old, whole, lsn, ct)
            : AppendAsync(table, ChangeKind.Update, whole, _new, old, lsn, ct);
    }

    async ValueTask MoveKeyAsync(StreamedTable table, RowText old, RowText? whole, long lsn, CancellationToken ct)
    {
        var captured = table.Captured;
        writer.Clear();
        var oldKey = writer.WriteKey(captured, old);
        var newKey = writer.WriteKey(captured, _new, old);
        rereads.Touch(captured, writer.Slice(oldKey));
        rereads.Touch(captured, writer.Slice(newKey));
        var delete = writer.WriteChange(captured, ChangeKind.Delete, old, null, null, lsn);
        var create = writer.WriteChange(captured, ChangeKind.Create, null, _new, whole, lsn);
        var toNew = new EventHeader("__debezium.newkey", Payload(captured, newKey));
        var toOld = new EventHeader("__debezium.oldkey", Payload(captured, oldKey));
        var deleted = new EventRecord(captured.Topic, writer.Slice(oldKey), writer.Slice(delete))
        {
            Headers = [toNew, captured.SchemaHeader],
        };
        await producer.AppendAsync(deleted, ct);
        if (captured.Format.Tombstones)
            await producer.AppendAsync(deleted with { Value = null }, ct);
        await producer.AppendAsync(
            new EventRecord(captured.Topic, writer.Slice(newKey), writer.Slice(create))
            {
                Headers = [toOld, captured.SchemaHeader],
            },
            ct);
        meter.CountStreamed(table.Meter);
    }

    ValueTask DeleteAsync(ref PgOutputReader reader, long lsn, CancellationToken ct)
    {
        var table = tables.Find(reader.ReadUInt32());
        if (reader.ReadByte() is not ((byte)'O' or (byte)'K'))
            throw reader.Malformed("a row of kind K or O");
        if (table is null)
            return default;
        ReadRow(ref reader, table, _old);
        return AppendWithTombstoneAsync(table, lsn, ct);
    }

    async ValueTask AppendWithTombstoneAsync(StreamedTable table, long lsn, CancellationToken ct)
    {
        await AppendAsync(table, ChangeKind.Delete, _old, null, null, lsn, ct);
        if (!table.Captured.HasKey || !table.Captured.Format.Tombstones)
            return;
        writer.Clear();
        var key = writer.WriteKey(table.Captured, _old);
        var tombstone = new EventRecord(table.Captured.Topic, writer.Slice(key), null)
        {
            Headers = table.Captured.Headers,
        };
        await producer.AppendAsync(tombstone, ct);
    }

    // Debezium writes one record, to whichever partition comes. A reader that owns one partition has to see it, in
    // order with that partition's rows: so each partition gets one.
    async ValueTask TruncateAsync(uint[] relations, long lsn, CancellationToken ct)
    {
        foreach (var relation in relations)
        {
            if (tables.Find(relation) is not { } table)
                continue;
            rereads.Truncated(table.Captured);
            if (!table.Captured.Format.Truncates)
                continue;
            writer.Clear();
            var value = writer.WriteChange(table.Captured, ChangeKind.Truncate, null, null, null, lsn);
            for (var partition = 0; partition < table.Captured.Partitions; partition++)
            {
                await producer.AppendAsync(
                    new EventRecord(table.Captured.Topic, null, writer.Slice(value))
                    {
                        Partition = partition,
                        Headers = table.Captured.Headers,
                    },
                    ct);
            }
            meter.CountStreamed(table.Meter);
        }
    }

    ValueTask AppendAsync(
        StreamedTable table,
        ChangeKind kind,
        RowText? before,
        RowText? after,
        RowText? old,
        long lsn,
        CancellationToken ct)
    {
        var captured = table.Captured;
        writer.Clear();
        var key = writer.WriteKey(captured, after ?? before!, old);
        rereads.Touch(captured, writer.Slice(key));
        var value = writer.WriteChange(captured, kind, before, after, before is null ? null : old, lsn);
        meter.CountStreamed(table.Meter);
        return producer.AppendAsync(
            new EventRecord(captured.Topic, writer.Slice(key), writer.Slice(value))
            {
                // Without a key only one partition keeps the order of equal rows.
                Partition = captured.HasKey ? null : 0,
                Headers = captured.Headers,
            },
            ct);
    }

    ValueTask MessageAsync(ref PgOutputReader reader, long lsn, CancellationToken ct)
    {
        reader.ReadByte();
        reader.ReadInt64();
        var prefix = reader.ReadText();
        return rereads.MessageAsync(prefix, reader.ReadBytes(), lsn, ct);
    }

    ReadOnlyMemory<byte> Payload(CapturedTable table, Range? key) =>
        writer.Slice(EnvelopeWriter.KeyPayload(table, key!.Value));

    static void ReadRow(ref PgOutputReader reader, StreamedTable table, RowText row)
    {
        reader.ReadTuple(row);
        if (row.Count != table.Captured.FieldNames.Length)
            throw reader.Malformed($"{table.Captured.FieldNames.Length} columns");
    }

    static void ExpectTag(ref PgOutputReader reader, byte tag)
    {
        if (reader.ReadByte() != tag)
            throw reader.Malformed($"a row of kind {(char)tag}");
    }

    // A key column that the old row lacks says nothing: the replica identity is an index without it.
    static bool HasOtherKey(CapturedTable table, RowText old, RowText current)
    {
        foreach (var column in table.KeyColumns)
        {
            if (old.IsNull(column) || current.IsUnchanged(column))
                continue;
            if (!old.Text(column).SequenceEqual(current.Text(column)))
                return true;
        }
        return false;
    }
}
