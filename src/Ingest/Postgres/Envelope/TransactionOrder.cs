using System.Runtime.InteropServices;
using System.Text;
using Tapline.Contracts.Schema;

namespace Tapline.Ingest.Postgres.Envelope;

/// <summary>Counts the changes of the transaction that is being written, and writes Debezium's <c>transaction</c> block
/// of each. The counts begin anew with each transaction, so that one that is sent again counts alike.</summary>
sealed class TransactionOrder
{
    readonly Dictionary<TableId, long> _tables = [];

    /// <summary>How many changes so far.</summary>
    public long Total { get; private set; }

    /// <summary>Begins a transaction.</summary>
    public void Reset()
    {
        _tables.Clear();
        Total = 0;
    }

    /// <summary>Counts a change and writes its block.</summary>
    public void WriteNext(JsonBuffer buffer, long transactionId, long lsn, TableId table)
    {
        Total++;
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_tables, table, out _);
        count++;
        buffer.Append("{\"id\":"u8);
        WriteId(buffer, transactionId, lsn);
        buffer.Append(",\"total_order\":"u8);
        buffer.AppendNumber(Total);
        buffer.Append(",\"data_collection_order\":"u8);
        buffer.AppendNumber(count);
        buffer.Append((byte)'}');
    }

    /// <summary>Writes how many changes each table had: <c>[{"data_collection":"app.t","event_count":2}]</c>.</summary>
    public void WriteTables(JsonBuffer buffer)
    {
        var separator = (byte)'[';
        foreach (var (table, count) in _tables)
        {
            buffer.Append(separator);
            buffer.Append("{\"data_collection\":"u8);
            buffer.AppendString(Encoding.UTF8.GetBytes(table.ToString()));
            buffer.Append(",\"event_count\":"u8);
            buffer.AppendNumber(count);
            buffer.Append((byte)'}');
            separator = (byte)',';
        }
        buffer.Append((byte)']');
    }

    /// <summary>Writes <c>"901:5300"</c>: the transaction, and the position of what names it.</summary>
    public static void WriteId(JsonBuffer buffer, long transactionId, long lsn)
    {
        buffer.Append((byte)'"');
        buffer.AppendNumber(transactionId);
        buffer.Append((byte)':');
        buffer.AppendNumber(lsn);
        buffer.Append((byte)'"');
    }
}
