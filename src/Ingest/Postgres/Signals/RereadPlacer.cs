using System.Globalization;
using System.Text;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Envelope;
using Tapline.Ingest.Postgres.Streaming;

namespace Tapline.Ingest.Postgres.Signals;

/// <summary>The change stream's side of reading tables again: follows signals, watches what changes between marks, and
/// appends the rows at their place.</summary>
sealed class RereadPlacer(
    RereadQueue queue,
    RereadWindow window,
    TableRegistry registry,
    EnvelopeWriter writer,
    IEventProducer producer,
    SourceMeter meter,
    IReadOnlyCollection<TableId> captured)
{
    /// <summary>The prefix of our marks among the messages of applications.</summary>
    public const string MarkPrefix = "tapline.reread";

    /// <summary>A row of the signal table was inserted.</summary>
    public async ValueTask SignalAsync(Relation relation, RowText row, long commit, long lsn, CancellationToken ct)
    {
        string Field(string name)
        {
            for (var i = 0; i < relation.Columns.Length; i++)
            {
                if (relation.Columns[i].Name == name)
                    return Encoding.UTF8.GetString(row.Text(i));
            }
            return "";
        }

        await queue.ApplyAsync(Field("type"), Field("data"), commit, lsn, captured, ct);
    }

    /// <summary>A message of an application came by; ours are marks.</summary>
    public ValueTask MessageAsync(string prefix, ReadOnlySpan<byte> content, long lsn, CancellationToken ct)
    {
        if (prefix != MarkPrefix)
            return default;
        var words = Encoding.UTF8.GetString(content).Split(' ');
        if (words is ["open", var opened])
            window.Open(opened);
        else if (words is ["close", var closed] && window.Close(closed) is { } chunk)
            return PlaceAsync(chunk, lsn, ct);
        return default;
    }

    /// <summary>A row was changed.</summary>
    public void Touch(CapturedTable table, ReadOnlyMemory<byte>? key)
    {
        if (key is { } bytes && window.Watches(table.Schema.Table))
            window.Touch(bytes.Span);
    }

    /// <summary>A table was truncated.</summary>
    public void Truncated(CapturedTable table)
    {
        if (window.Watches(table.Schema.Table))
            window.Truncated();
    }

    /// <summary>A transaction has ended.</summary>
    public void Committed(uint transactionId) => window.Committed(transactionId);

    async ValueTask PlaceAsync(RereadChunk chunk, long lsn, CancellationToken ct)
    {
        if (!window.WasSeenBy(chunk.Snapshot))
        {
            chunk.SetPlaced(false);
            return;
        }
        var table = await registry.CaptureAsync(chunk.Table.Id, chunk.Columns, ct);
        var counts = meter.Table(chunk.Table.Id);
        writer.BeginReread(chunk.Snapshot.TakenMicros);
        foreach (var row in chunk.Rows)
        {
            writer.Clear();
            var key = writer.Slice(writer.WriteKey(table, row))!.Value;
            if (window.IsTouched(key.Span))
                continue;
            key = key.ToArray();
            var value = writer.WriteChange(table, ChangeKind.Read, null, row, null, lsn);
            await producer.AppendAsync(
                new EventRecord(table.Topic, key, writer.Slice(value)) { Headers = table.Headers }, ct);
            meter.CountCopied(counts);
        }
        if (chunk is { IsLast: true, Table.Filter: null })
            await EndAsync(table, chunk.Table.BeginLsn, ct);
        chunk.SetPlaced(true);
    }

    // What was neither read nor changed since the beginning is no longer there: who keeps the rows removes it now.
    async ValueTask EndAsync(CapturedTable table, long beginLsn, CancellationToken ct)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{beginLsn} {table.Partitions}");
        EventHeader[] headers =
            [table.SchemaHeader, new EventHeader(TopicNames.RereadEndHeader, Encoding.ASCII.GetBytes(text))];
        for (var partition = 0; partition < table.Partitions; partition++)
        {
            await producer.AppendAsync(
                new EventRecord(table.Topic, null, null) { Partition = partition, Headers = headers }, ct);
        }
    }
}
