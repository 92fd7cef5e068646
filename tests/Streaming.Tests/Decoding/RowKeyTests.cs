using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;

namespace Tapline.Streaming.Tests.Decoding;

public sealed class RowKeyTests
{
    static readonly ColumnBatch Batch = Rows();

    [Fact]
    public void Different_keys_have_different_bytes()
    {
        var keys = new HashSet<string>();
        for (var row = 0; row < Batch.Count; row++)
            keys.Add(Key(row, [0, 1, 2]));

        Assert.Equal(Batch.Count, keys.Count);
    }

    [Fact]
    public void Equal_keys_have_equal_bytes_wherever_they_stand()
    {
        var copy = new ColumnBatch(Batch.Schema);
        for (var row = Batch.Count - 1; row >= 0; row--)
        {
            for (var column = 0; column < copy.Columns.Length; column++)
                copy.Columns[column].AppendFrom(Batch.Columns[column], row);
        }

        byte[] buffer = [];
        for (var row = 0; row < Batch.Count; row++)
        {
            var key = Convert.ToHexString(RowKey.Encode(copy, Batch.Count - 1 - row, [0, 2], ref buffer));
            Assert.Equal(Key(row, [0, 2]), key);
        }
    }

    [Fact]
    public void The_length_is_what_is_written()
    {
        var target = new byte[1000];
        for (var row = 0; row < Batch.Count; row++)
            Assert.Equal(RowKey.LengthOf(Batch, row, [2, 1]), RowKey.Write(Batch, row, [2, 1], target));
    }

    static string Key(int row, int[] columns)
    {
        byte[] buffer = [];
        return Convert.ToHexString(RowKey.Encode(Batch, row, columns, ref buffer));
    }

    /// <summary>All pairs of texts that could run into each other, and nulls beside what looks like them.</summary>
    static ColumnBatch Rows()
    {
        var batch = new ColumnBatch(
        [
            PostgresTypes.Column("a", "text"), PostgresTypes.Column("b", "integer"), PostgresTypes.Column("c", "bytea"),
        ]);
        foreach (var a in new string?[] { null, "", "x", "xy", "\0", "\0\0\0\0\0" })
        {
            foreach (var b in new int?[] { null, 0, 1 })
            {
                foreach (var c in new string?[] { null, "", "y", "\u0001x", "\0" })
                {
                    Append(batch.Columns[0], a);
                    if (b is { } number)
                        batch.Columns[1].Append(number);
                    else
                        batch.Columns[1].AppendNull();
                    Append(batch.Columns[2], c);
                }
            }
        }
        return batch;
    }

    static void Append(ColumnBuffer column, string? text)
    {
        if (text is null)
            column.AppendNull();
        else
            column.Append(Events.Bytes(text));
    }
}
