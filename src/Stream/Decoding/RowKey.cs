using System.Buffers.Binary;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Decoding;

/// <summary>The canonical bytes of a row's key: equal keys have equal bytes and unequal keys have unequal ones, as long
/// as both were made from columns of the same types; integers of any width are alike. Not ordered. Per column: a byte,
/// 0 for null and 1 otherwise; then an integer in 8 bytes, another fixed-width value as it lies in its buffer, or the
/// length of a text in 4 bytes and the text.</summary>
public static class RowKey
{
    /// <summary>Writes the key into a buffer that grows as needed; answers the part written, valid until the next
    /// call.</summary>
    public static ReadOnlySpan<byte> Encode(
        ColumnBatch rows, int row, ReadOnlySpan<int> keyColumns, ref byte[] buffer)
    {
        var length = LengthOf(rows, row, keyColumns);
        if (buffer.Length < length)
            buffer = new byte[Math.Max(length, buffer.Length * 2)];
        Write(rows, row, keyColumns, buffer);
        return buffer.AsSpan(0, length);
    }

    /// <summary>How many bytes <see cref="Write"/> needs.</summary>
    public static int LengthOf(ColumnBatch rows, int row, ReadOnlySpan<int> keyColumns)
    {
        var length = keyColumns.Length;
        foreach (var ordinal in keyColumns)
        {
            var column = rows.Columns[ordinal];
            if (!column.IsNull(row))
            {
                length += column.Width == 0 ? sizeof(int) + column.Value(row).Length
                    : IsInteger(column) ? sizeof(long)
                    : column.Width;
            }
        }
        return length;
    }

    /// <summary>Writes the key; answers how many bytes it took.</summary>
    public static int Write(ColumnBatch rows, int row, ReadOnlySpan<int> keyColumns, Span<byte> target)
    {
        var at = 0;
        foreach (var ordinal in keyColumns)
        {
            var column = rows.Columns[ordinal];
            if (column.IsNull(row))
            {
                target[at++] = 0;
                continue;
            }
            target[at++] = 1;
            if (IsInteger(column))
            {
                var number = column.Width == sizeof(long) ? column.Int64s[row] : column.Int32s[row];
                BinaryPrimitives.WriteInt64LittleEndian(target[at..], number);
                at += sizeof(long);
                continue;
            }
            var value = column.Width == 0 ? column.Value(row) : column.FixedValue(row);
            if (column.Width == 0)
            {
                BinaryPrimitives.WriteInt32LittleEndian(target[at..], value.Length);
                at += sizeof(int);
            }
            value.CopyTo(target[at..]);
            at += value.Length;
        }
        return at;
    }

    // A key column that the source widens keeps the bytes of its keys.
    static bool IsInteger(ColumnBuffer column) => TypeWidening.IsInteger(column.Type);
}
