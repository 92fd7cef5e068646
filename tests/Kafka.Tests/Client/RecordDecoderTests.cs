using System.Text;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Kafka.Client;
using Tapline.Kafka.Client.Records;
using Tapline.Kafka.Protocol;
using Tapline.Native.Codecs;

namespace Tapline.Kafka.Tests.Client;

public sealed class RecordDecoderTests : IDisposable
{
    readonly RecordDecoder _decoder = new(batchBytesMax: 1 << 20);
    readonly PartitionPosition _position = new(new("t", 0), 0);

    public void Dispose() => _decoder.Dispose();

    [Fact]
    public void Zstd_and_plain_batches_in_turn_give_one_chunk_for_each_stretch()
    {
        byte[] answer =
        [
            .. Batch(0, ["a", "b"]), .. Batch(2, ["c"]),
            .. Zstd(Batch(3, ["d", "e"])), .. Zstd(Batch(5, ["f"])),
            .. Batch(6, ["g"]),
        ];
        var chunks = Decode(answer);
        Assert.Equal(["abc", "def", "g"], chunks.Select(Text));
        Assert.Equal([3L, 6L, 7L], chunks.Select(static chunk => chunk.NextOffset));
    }

    [Fact]
    public void A_batch_cut_off_at_the_end_is_left_for_the_next_request()
    {
        byte[] answer = [.. Batch(0, ["a"]), .. Batch(1, ["b"])[..^1]];
        Assert.Equal(["a"], Decode(answer).Select(Text));
        Assert.Equal(1, _position.FetchNext);
    }

    [Fact]
    public void A_wrong_checksum_is_told_only_after_what_stands_before_it()
    {
        var damaged = Batch(1, ["b"]);
        damaged[^2] ^= 1;
        byte[] answer = [.. Batch(0, ["a"]), .. damaged];
        var run = new FetchedRun(_position, answer, 0, answer.Length);
        var chunks = new List<RecordChunk>();
        _decoder.Decode(run, answer, 1 << 20, chunks);
        Assert.Equal("a", Text(Assert.Single(chunks)));

        _decoder.Begin();
        var failure = Assert.Throws<TaplineException>(() => _decoder.Decode(run, answer, 1 << 20, []));
        Assert.Contains("offset 1 of t[0]", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, _position.Next);
    }

    [Fact]
    public void A_zstd_batch_that_is_a_bomb_is_refused()
    {
        var answer = Zstd(Batch(0, [new string('x', 2 << 20)]));
        var failure = Assert.Throws<TaplineException>(() => Decode(answer));
        Assert.Contains("more than", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_control_batch_moves_the_offset_and_gives_no_record()
    {
        var control = Batch(0, ["marker"]);
        Rewrite(control, static header => header with { Attributes = 0x30 });
        var chunk = Assert.Single(Decode(control));
        Assert.Equal(0, chunk.Count);
        Assert.Equal(1, chunk.NextOffset);
    }

    [Fact]
    public void Append_time_is_the_batchs_own()
    {
        var batch = Batch(0, ["a", "b"]);
        RecordBatchHeader.StampAppendTime(batch, 777);
        Assert.All(Assert.Single(Decode(batch)).Slots.ToArray(), static slot => Assert.Equal(777, slot.TimestampMs));
    }

    [Fact]
    public void A_batch_of_an_old_format_is_refused()
    {
        var batch = Batch(0, ["a"]);
        batch[16] = 1;
        Assert.Throws<MalformedMessageException>(() => new FetchedRun(_position, batch, 0, batch.Length));
    }

    List<RecordChunk> Decode(byte[] answer)
    {
        _decoder.Begin();
        var run = new FetchedRun(_position, answer, 0, answer.Length);
        var chunks = new List<RecordChunk>();
        while (!run.IsEmpty)
            _decoder.Decode(run, answer, 1 << 20, chunks);
        return chunks;
    }

    static string Text(RecordChunk chunk) =>
        string.Concat(chunk.Slots.ToArray().Select(slot => Encoding.UTF8.GetString(chunk.Value(slot))));

    static byte[] Batch(long baseOffset, string[] values)
    {
        var builder = new RecordBatchBuilder();
        foreach (var value in values)
            builder.Add(null, Encoding.UTF8.GetBytes(value), 5);
        return builder.Build(baseOffset: baseOffset);
    }

    static byte[] Zstd(byte[] batch)
    {
        using var compressor = new ZstdCompressor();
        var records = batch.AsSpan(RecordBatchHeader.Size);
        var packed = new byte[RecordBatchHeader.Size + ZstdCompressor.CompressBound(records.Length)];
        var length = compressor.Compress(records, packed.AsSpan(RecordBatchHeader.Size), 1);
        batch.AsSpan(0, RecordBatchHeader.Size).CopyTo(packed);
        packed = packed[..(RecordBatchHeader.Size + length)];
        Rewrite(packed, static header => header with { Attributes = (short)RecordCodec.Zstd });
        return packed;
    }

    static void Rewrite(byte[] batch, Func<RecordBatchHeader, RecordBatchHeader> change)
    {
        Assert.True(RecordBatchHeader.TryRead(batch, out var header));
        change(header).Write(batch);
    }
}
