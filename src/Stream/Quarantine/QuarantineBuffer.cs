using System.Text;
using System.Text.Json;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Log;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Quarantine;

/// <summary>The records of the open epoch that could not be used, whole, with the reason, and those of the closed
/// one.</summary>
sealed class QuarantineBuffer
{
    // Topics take records of 1 MiB unless they are told otherwise; the rest is for the note.
    const int TopicValueBytesMax = (1 << 20) - (64 << 10);

    List<(byte[] Key, byte[]? Value)> _records = [];
    List<(byte[] Key, byte[]? Value)> _closedRecords = [];

    /// <summary>The records of the open epoch as rows of the quarantine table.</summary>
    public ColumnBatch Rows { get; private set; } = new(BookkeepingColumns.Quarantine);

    /// <summary>Those of the closed epoch.</summary>
    public ColumnBatch ClosedRows { get; private set; } = new(BookkeepingColumns.Quarantine);

    /// <summary>The records of the closed epoch as they go to the quarantine topic: a JSON note as the key, the value's
    /// own bytes unless they are more than a topic takes: those are in the table only.</summary>
    public IReadOnlyList<(byte[] Key, byte[]? Value)> ClosedRecords => _closedRecords;

    /// <summary>Takes what is said of a record that is replayed, and so is in quarantine already; null to keep
    /// records.</summary>
    public Action<string, string?>? Refused { get; set; }

    /// <summary>Keeps a record. False when it is kept already.</summary>
    /// <param name="table">The table as far as it is known, else the topic.</param>
    /// <param name="reason">One of <see cref="QuarantineReason"/>.</param>
    /// <param name="detail">Where in the record, what was wanted, what was found; no contents.</param>
    /// <param name="chunk">Where the record lies.</param>
    /// <param name="slot">The record.</param>
    public bool Add(string table, string reason, string? detail, RecordChunk chunk, in RecordSlot slot)
    {
        if (Refused is { } refused)
        {
            refused(reason, detail);
            return false;
        }
        var columns = Rows.Columns;
        columns[0].Append(Encoding.UTF8.GetBytes(table));
        columns[1].Append(Encoding.UTF8.GetBytes(reason));
        AppendOrNull(columns[2], detail is null ? default : Encoding.UTF8.GetBytes(detail), detail is null);
        columns[3].Append(Encoding.UTF8.GetBytes(chunk.Partition.Topic));
        columns[4].Append(chunk.Partition.Partition);
        columns[5].Append(slot.Offset);
        columns[6].Append(slot.TimestampMs * 1000);
        AppendOrNull(columns[7], chunk.Key(slot), slot.KeyLength < 0);
        AppendOrNull(columns[8], chunk.Value(slot), slot.ValueLength < 0);
        AppendOrNull(columns[9], chunk.Headers(slot), slot.HeaderCount == 0);
        var value = slot.ValueLength > TopicValueBytesMax ? null : chunk.Value(slot).ToArray();
        _records.Add((Note(table, reason, detail, chunk.Partition, slot), value));
        return true;
    }

    /// <summary>Closes the epoch.</summary>
    public void Close()
    {
        (Rows, ClosedRows) = (ClosedRows, Rows);
        (_records, _closedRecords) = (_closedRecords, _records);
    }

    /// <summary>Forgets the records of the closed epoch: the lake has them.</summary>
    public void Settle()
    {
        ClosedRows.Clear();
        _closedRecords.Clear();
    }

    static byte[] Note(string table, string reason, string? detail, TopicPartition partition, in RecordSlot slot)
    {
        using var note = new MemoryStream();
        using (var json = new Utf8JsonWriter(note))
        {
            json.WriteStartObject();
            json.WriteString("table", table);
            json.WriteString("reason", reason);
            json.WriteString("detail", detail);
            json.WriteString("topic", partition.Topic);
            json.WriteNumber("partition", partition.Partition);
            json.WriteNumber("offset", slot.Offset);
            json.WriteNumber("value_bytes", Math.Max(slot.ValueLength, 0));
            json.WriteEndObject();
        }
        return note.ToArray();
    }

    static void AppendOrNull(ColumnBuffer column, ReadOnlySpan<byte> value, bool isNull)
    {
        if (isNull)
            column.AppendNull();
        else
            column.Append(value);
    }
}
