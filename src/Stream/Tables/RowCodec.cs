using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using Tapline.Contracts;
using Tapline.Contracts.Columns;


namespace Tapline.Streaming.Tables;

/// <summary>What a state row remembers beside its columns.</summary>
/// <param name="Position">The position of the change that wrote the row.</param>
/// <param name="SourceTimestampUs">When that change was committed, microseconds since 1970.</param>
/// <param name="IngestedUs">When its record reached the log, microseconds since 1970.</param>
readonly record struct RowMeta(SourcePosition Position, long SourceTimestampUs, long IngestedUs);

/// <summary>The packed form of a state row.</summary>
/// <remarks>
/// commit:8 lsn:8 source_ts:8 ingested:8 key_length:4 key columns:2 { 0 | 1 value }*
/// where a value is its fixed-width bytes, or length:4 and bytes. A row that was packed before a column was added
/// simply
/// ends earlier: the columns it lacks are null.
/// </remarks>
static class RowCodec
{
    const int KeyStart = 36;

    /// <summary>Packs one row of a batch.</summary>
    public static void Encode(
        ColumnBatch batch, int row, in RowMeta meta, ReadOnlySpan<byte> key, ArrayBufferWriter<byte> target)
    {
        var head = target.GetSpan(KeyStart + key.Length + sizeof(ushort));
        BinaryPrimitives.WriteInt64LittleEndian(head, meta.Position.Commit);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], meta.Position.Lsn);
        BinaryPrimitives.WriteInt64LittleEndian(head[16..], meta.SourceTimestampUs);
        BinaryPrimitives.WriteInt64LittleEndian(head[24..], meta.IngestedUs);
        BinaryPrimitives.WriteInt32LittleEndian(head[32..], key.Length);
        key.CopyTo(head[KeyStart..]);
        BinaryPrimitives.WriteUInt16LittleEndian(
            head[(KeyStart + key.Length)..], checked((ushort)batch.Columns.Length));
        target.Advance(KeyStart + key.Length + sizeof(ushort));
        foreach (var column in batch.Columns)
            EncodeValue(column, row, target);
    }

    /// <summary>The key inside a packed row.</summary>
    public static ReadOnlySpan<byte> Key(ReadOnlySpan<byte> packed) =>
        packed.Slice(KeyStart, BinaryPrimitives.ReadInt32LittleEndian(packed[32..]));

    /// <summary>What the row remembers beside its columns.</summary>
    public static RowMeta Meta(ReadOnlySpan<byte> packed) => new(
        new SourcePosition(
            BinaryPrimitives.ReadInt64LittleEndian(packed),
            BinaryPrimitives.ReadInt64LittleEndian(packed[8..])),
        BinaryPrimitives.ReadInt64LittleEndian(packed[16..]),
        BinaryPrimitives.ReadInt64LittleEndian(packed[24..]));

    /// <summary>Whether two packed rows have the same columns' values. A row that was packed before a column was added
    /// has null there.</summary>
    public static bool HasSameColumns(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        var shorter = Content(one);
        var longer = Content(other);
        var missing = BinaryPrimitives.ReadUInt16LittleEndian(longer)
            - BinaryPrimitives.ReadUInt16LittleEndian(shorter);
        if (missing < 0)
            return HasSameColumns(other, one);
        var common = longer.Length - missing;
        return common == shorter.Length
            && longer[sizeof(ushort)..common].SequenceEqual(shorter[sizeof(ushort)..])
            && !longer[common..].ContainsAnyExcept((byte)0);
    }

    /// <summary>The columns' values in a form that is the same for equal rows of a layout, also when one was packed
    /// before a column was added.</summary>
    public static ReadOnlySpan<byte> Values(ReadOnlySpan<byte> packed) =>
        Content(packed)[sizeof(ushort)..].TrimEnd((byte)0);

    /// <summary>The columns' values one after the other, as they are packed, and how many there are.</summary>
    public static ReadOnlySpan<byte> Columns(ReadOnlySpan<byte> packed, out int count)
    {
        var content = Content(packed);
        count = BinaryPrimitives.ReadUInt16LittleEndian(content);
        return content[sizeof(ushort)..];
    }

    static ReadOnlySpan<byte> Content(ReadOnlySpan<byte> packed) => packed[(KeyStart + Key(packed).Length)..];

    /// <summary>Adds every column of a packed row to the first columns of a batch.</summary>
    public static void Decode(ReadOnlySpan<byte> packed, ImmutableArray<ColumnBuffer> columns, int columnCount)
    {
        var content = Content(packed);
        var stored = BinaryPrimitives.ReadUInt16LittleEndian(content);
        var rest = content[sizeof(ushort)..];
        for (var i = 0; i < columnCount; i++)
        {
            if (i < stored)
                DecodeValue(ref rest, columns[i]);
            else
                columns[i].AppendNull();
        }
    }

    static void EncodeValue(ColumnBuffer column, int row, ArrayBufferWriter<byte> target)
    {
        if (column.IsNull(row))
        {
            target.GetSpan(1)[0] = 0;
            target.Advance(1);
            return;
        }
        var value = column.Width == 0 ? column.Value(row) : column.FixedValue(row);
        var lengthBytes = column.Width == 0 ? sizeof(int) : 0;
        var span = target.GetSpan(1 + lengthBytes + value.Length);
        span[0] = 1;
        if (lengthBytes > 0)
            BinaryPrimitives.WriteInt32LittleEndian(span[1..], value.Length);
        value.CopyTo(span[(1 + lengthBytes)..]);
        target.Advance(1 + lengthBytes + value.Length);
    }

    static void DecodeValue(ref ReadOnlySpan<byte> rest, ColumnBuffer column)
    {
        if (rest[0] == 0)
        {
            rest = rest[1..];
            column.AppendNull();
        }
        else if (column.Width == 0)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest[1..]);
            column.Append(rest.Slice(1 + sizeof(int), length));
            rest = rest[(1 + sizeof(int) + length)..];
        }
        else
        {
            column.AppendFixedBytes(rest.Slice(1, column.Width));
            rest = rest[(1 + column.Width)..];
        }
    }
}
