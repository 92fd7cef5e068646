using FsCheck;
using FsCheck.Fluent;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Tests.Protocol;

public class RecordBatchTests
{
    static readonly byte[] Key = [1, 2, 3];

    [Fact]
    public void A_built_batch_reads_back()
    {
        var builder = new RecordBatchBuilder();
        builder.Add(Key, "first"u8.ToArray(), 1000);
        builder.Add(null, null, 995);
        var batch = builder.Build(producerId: 7, producerEpoch: 1, baseSequence: 40, baseOffset: 12);

        Assert.True(RecordBatchHeader.TryRead(batch, out var header));
        Assert.Equal((12, 13, 1000, 7, 40), (header.BaseOffset, header.LastOffset, header.MaxTimestampMs,
            header.ProducerId, header.BaseSequence));
        Assert.Equal(batch.Length, header.TotalBytes);
        Assert.True(RecordBatchHeader.HasValidCrc(batch));

        var reader = new RecordReader(batch.AsSpan(RecordBatchHeader.Size), header.RecordCount);
        Assert.True(reader.MoveNext());
        Assert.True(reader.Current.HasKey && !reader.Current.IsTombstone);
        Assert.Equal(Key, reader.Current.Key.ToArray());
        Assert.Equal("first"u8.ToArray(), reader.Current.Value.ToArray());
        Assert.True(reader.MoveNext());
        Assert.True(!reader.Current.HasKey && reader.Current.IsTombstone);
        Assert.Equal((1, -5L), (reader.Current.OffsetDelta, reader.Current.TimestampDelta));
        Assert.False(reader.MoveNext());
    }

    [Fact]
    public void A_flipped_bit_behind_the_checksum_is_noticed()
    {
        var builder = new RecordBatchBuilder();
        builder.Add(Key, "value"u8.ToArray(), 1);
        var batch = builder.Build();
        Prop.ForAll(Gen.Choose(21 * 8, batch.Length * 8 - 1).ToArbitrary(), bit =>
        {
            var damaged = batch.ToArray();
            damaged[bit / 8] ^= (byte)(1 << bit % 8);
            return !RecordBatchHeader.HasValidCrc(damaged);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Placing_a_batch_leaves_its_checksum_valid()
    {
        var builder = new RecordBatchBuilder();
        builder.Add(Key, null, 1);
        var batch = builder.Build();
        RecordBatchHeader.Place(batch, long.MaxValue >> 1, leaderEpoch: 3);
        Assert.True(RecordBatchHeader.HasValidCrc(batch));
    }
}
