using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Tests.Tables;

public sealed class TableStateTests
{
    [Fact]
    public void It_answers_like_a_dictionary_for_any_history() =>
        Prop.ForAll(
            (from key in Gen.Choose(0, 40)
             from action in Gen.Choose(0, 3)
             from value in Gen.Choose(0, 1000)
             select (Key: key, Action: action, Value: value)).ArrayOf().ToArbitrary(),
            steps =>
            {
                var state = new TableState();
                var expected = new Dictionary<int, int>();
                foreach (var (key, action, value) in steps)
                {
                    if (action == 0)
                        Assert.Equal(expected.Remove(key), state.Remove(BitConverter.GetBytes(key)) is not null);
                    else
                    {
                        state.Put(Pack(key, value));
                        expected[key] = value;
                    }
                }
                Assert.Equal(expected.Count, state.Count);
                foreach (var (key, value) in expected)
                {
                    Assert.True(state.TryFind(BitConverter.GetBytes(key), out var slot));
                    Assert.True(state.Row(slot).SequenceEqual(Pack(key, value)));
                }
                Assert.Equal(expected.Count, state.LiveSlots().Count());
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Many_updates_of_large_rows_do_not_pile_up()
    {
        var state = new TableState();
        var large = new byte[100_000];
        for (var round = 0; round < 2_000; round++)
            state.Put(PackBytes(round % 10, large));
        Assert.Equal(10, state.Count);
        Assert.InRange(state.ByteCount, 1_000_000, 64 << 20);
    }

    [Fact]
    public void A_row_larger_than_a_page_is_kept_whole()
    {
        var state = new TableState();
        var large = new byte[3 << 20];
        new Random(7).NextBytes(large);
        var packed = PackBytes(1, large);
        state.Put(packed);
        state.Put(Pack(2, 5));
        Assert.True(state.TryFind(BitConverter.GetBytes(1), out var slot));
        Assert.True(state.Row(slot).SequenceEqual(packed));
    }

    static byte[] Pack(int key, int value)
    {
        var batch = new ColumnBatch([new ColumnSchema("v", ColumnType.Int32)]);
        batch.Columns[0].Append(value);
        return Pack(key, batch);
    }

    static byte[] PackBytes(int key, byte[] value)
    {
        var batch = new ColumnBatch([new ColumnSchema("v", ColumnType.Binary)]);
        batch.Columns[0].Append(value);
        return Pack(key, batch);
    }

    static byte[] Pack(int key, ColumnBatch batch)
    {
        var target = new ArrayBufferWriter<byte>();
        RowCodec.Encode(batch, 0, default, BitConverter.GetBytes(key), target);
        return target.WrittenSpan.ToArray();
    }
}
