using FsCheck;
using FsCheck.Fluent;
using Tapline.Contracts.Log;
using Tapline.Kafka.Client.Records;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Tests.Client;

public sealed class RecordWalkTests
{
    static readonly Gen<byte[]?> AnyPart = Gen.OneOf(
        Gen.Constant<byte[]?>(null),
        ArbMap.Default.GeneratorFor<byte[]>().Select(static bytes => (byte[]?)bytes),
        Gen.Choose(0, 20_000).Select(static length => (byte[]?)new byte[length]));

    static readonly Arbitrary<PlainRecord[]> AnyRecords = (
        from key in AnyPart
        from value in AnyPart
        from time in Gen.Choose(-1_000_000, 1_000_000)
        select new PlainRecord(key, value, 1_700_000_000_000 + time)).NonEmptyListOf()
        .Select(static list => list.ToArray()).ToArbitrary();

    [Fact]
    public void Slots_point_at_what_was_put_into_the_batch() => Prop.ForAll(AnyRecords, records =>
    {
        var batch = Build(records, baseOffset: 100);
        var slots = Walk(batch, offsetMin: 0);
        var chunk = new RecordChunk(new("t", 0), batch, slots, 0);
        Assert.Equal(records.Length, slots.Length);
        for (var i = 0; i < records.Length; i++)
        {
            Assert.Equal(100 + i, slots[i].Offset);
            Assert.Equal(records[i].TimestampMs, slots[i].TimestampMs);
            Assert.Equal(records[i].Key?.Length ?? -1, slots[i].KeyLength);
            Assert.Equal(records[i].Value?.Length ?? -1, slots[i].ValueLength);
            Assert.True(chunk.Key(slots[i]).SequenceEqual(records[i].Key));
            Assert.True(chunk.Value(slots[i]).SequenceEqual(records[i].Value));
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_walk_and_the_plain_reader_see_the_same_or_both_refuse() => Prop.ForAll(
        AnyRecords,
        Gen.Choose(0, int.MaxValue - 1).ToArbitrary(),
        ArbMap.Default.ArbFor<byte>(),
        (records, position, mask) =>
        {
            var batch = Build(records, baseOffset: 0);
            batch[RecordBatchHeader.Size + position % (batch.Length - RecordBatchHeader.Size)] ^= mask;
            // The walk checks more: it may refuse what the reader takes, and never takes what the reader refuses.
            var walked = Attempt(() => Walk(batch, offsetMin: 0).Select(static slot =>
                (slot.KeyLength, slot.ValueLength)).ToList());
            var read = Attempt(() => ReadPlainly(batch));
            return walked is null || (read is not null && walked.SequenceEqual(read));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Records_before_the_wanted_offset_are_passed_over()
    {
        var batch = Build([.. Enumerable.Range(0, 10).Select(static n => new PlainRecord(null, [(byte)n], n))], 50);
        Assert.Equal([57L, 58L, 59L], Walk(batch, offsetMin: 57).Select(static slot => slot.Offset));
    }

    [Fact]
    public void A_cut_batch_is_refused_wherever_it_is_cut()
    {
        var batch = Build([new([1, 2], [3], 5), new(null, [4, 5, 6], 6)], 0);
        for (var length = RecordBatchHeader.Size; length < batch.Length; length++)
        {
            var cut = batch[..length];
            Assert.True(RecordBatchHeader.TryRead(batch, out var header));
            Assert.Throws<MalformedMessageException>(
                () => RecordWalk.Add(cut, RecordBatchHeader.Size, header, 0, new SlotList()));
        }
    }

    static byte[] Build(PlainRecord[] records, long baseOffset)
    {
        var builder = new RecordBatchBuilder();
        foreach (var record in records)
            builder.Add(Memory(record.Key), Memory(record.Value), record.TimestampMs);
        return builder.Build(baseOffset: baseOffset);
    }

    static ReadOnlyMemory<byte>? Memory(byte[]? bytes) => bytes is null ? (ReadOnlyMemory<byte>?)null : bytes;

    static RecordSlot[] Walk(byte[] batch, long offsetMin)
    {
        Assert.True(RecordBatchHeader.TryRead(batch, out var header));
        var slots = new SlotList();
        RecordWalk.Add(batch, RecordBatchHeader.Size, header, offsetMin, slots);
        return slots.From(0).ToArray();
    }

    static List<(int KeyLength, int ValueLength)> ReadPlainly(byte[] batch)
    {
        Assert.True(RecordBatchHeader.TryRead(batch, out var header));
        var reader = new RecordReader(batch.AsSpan(RecordBatchHeader.Size), header.RecordCount);
        var found = new List<(int, int)>();
        while (reader.MoveNext())
        {
            var record = reader.Current;
            found.Add((record.HasKey ? record.Key.Length : -1, record.IsTombstone ? -1 : record.Value.Length));
        }
        return found;
    }

    static List<(int KeyLength, int ValueLength)>? Attempt(Func<List<(int KeyLength, int ValueLength)>> read)
    {
        try
        {
            return read();
        }
        catch (MalformedMessageException)
        {
            return null;
        }
    }

    sealed record PlainRecord(byte[]? Key, byte[]? Value, long TimestampMs);
}
