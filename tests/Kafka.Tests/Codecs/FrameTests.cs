using System.Buffers;
using System.IO.Compression;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tapline.Kafka.Client.Records;
using Tapline.Kafka.Protocol;
using Tapline.Native.Codecs;

namespace Tapline.Kafka.Tests.Codecs;

public sealed class FrameTests
{
    static readonly Arbitrary<byte[]> AnyBytes = Gen.OneOf(
        ArbMap.Default.GeneratorFor<byte[]>(),
        from part in ArbMap.Default.GeneratorFor<byte[]>()
        from times in Gen.Choose(1, 5000)
        select Enumerable.Repeat(part, times).SelectMany(static bytes => bytes).ToArray(),
        from seed in Gen.Choose(0, 1000)
        from length in Gen.Choose(0, 200_000)
        select Noise(seed, length)).ToArbitrary();

    /// <summary>The examples of the format's own test program (seed 0) and of its documentation.</summary>
    [Theory]
    [InlineData("", 0x02CC5D05u)]
    [InlineData("a", 0x550D7456u)]
    [InlineData("abc", 0x32D153FFu)]
    [InlineData("Nobody inspects the spammish repetition", 0xE2293B2Fu)]
    public void Xxhash_is_that_of_the_specification(string text, uint expected) =>
        Assert.Equal(expected, XxHash32.Hash(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void An_lz4_frame_gives_back_what_it_took_behind_what_was_there() => Prop.ForAll(AnyBytes, plain =>
    {
        var target = new RecordBuffer();
        target.GetSpan(3).Fill(7);
        target.Advance(3);
        var length = Lz4Frame.Decompress(Packed(plain), target, plain.Length);
        return length == plain.Length && target.Written.Span[3..].SequenceEqual(plain);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_changed_byte_of_an_lz4_header_is_noticed()
    {
        var frame = Packed("some content, some content, some content"u8);
        for (var i = 0; i < 7; i++)
        {
            var changed = frame.ToArray();
            changed[i] ^= 0x04;
            Assert.Throws<CompressionException>(() => Lz4Frame.Decompress(changed, new RecordBuffer(), 1 << 20));
        }
    }

    [Fact]
    public void A_cut_lz4_frame_is_refused_wherever_it_is_cut()
    {
        var frame = Packed(Noise(1, 300));
        for (var length = 0; length < frame.Length; length++)
        {
            var cut = frame[..length];
            Assert.Throws<CompressionException>(() => Lz4Frame.Decompress(cut, new RecordBuffer(), 1 << 20));
        }
    }

    [Fact]
    public void Linked_blocks_checksums_and_a_content_size_are_understood()
    {
        var content = "abcd!abcd12345678"u8.ToArray();
        byte[] stored = [.. "abcd"u8];
        byte[] linked = [0x10, (byte)'!', 5, 0, 0x80, .. "12345678"u8];
        byte[] descriptor = [0x5C, 0x40, .. BitConverter.GetBytes((ulong)content.Length)];
        byte[] frame =
        [
            0x04, 0x22, 0x4D, 0x18, .. descriptor, (byte)(XxHash32.Hash(descriptor) >> 8 & 0xFF),
            .. Block(stored, 0x8000_0000), .. Block(linked, 0), 0, 0, 0, 0,
            .. BitConverter.GetBytes(XxHash32.Hash(content)),
        ];
        var target = new RecordBuffer();
        Lz4Frame.Decompress(frame, target, content.Length);
        Assert.Equal(content, target.Written.ToArray());

        foreach (var position in new[] { 20, 30, frame.Length - 1 })
        {
            var changed = frame.ToArray();
            changed[position] ^= 1;
            Assert.Throws<CompressionException>(() => Lz4Frame.Decompress(changed, new RecordBuffer(), 100));
        }

        static byte[] Block(byte[] body, uint stored) =>
        [
            .. BitConverter.GetBytes((uint)body.Length | stored), .. body,
            .. BitConverter.GetBytes(XxHash32.Hash(body)),
        ];
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void A_bomb_is_refused_in_every_codec(int codec)
    {
        const int cap = 1 << 20;
        var plain = new byte[20 << 20];
        using var decompressor = new BatchDecompressor(cap);
        var target = new RecordBuffer();
        Assert.Throws<CompressionException>(() => decompressor.Decompress(codec, Packed(codec, plain), target));
        Assert.InRange(target.Count, 0, cap);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_codec_of_a_batch_gives_back_what_it_took(int codec)
    {
        using var decompressor = new BatchDecompressor(1 << 28);
        Prop.ForAll(AnyBytes, plain =>
        {
            var target = new RecordBuffer();
            return decompressor.Decompress(codec, Packed(codec, plain), target) == plain.Length
                && target.Written.Span.SequenceEqual(plain);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_broker_can_unpack_every_codec_and_tells_what_it_cannot()
    {
        foreach (var codec in Enum.GetValues<RecordCodec>().Where(static codec => codec != RecordCodec.None))
        {
            Assert.True(RecordCodecs.Instance.Supports(codec));
            var output = new ArrayBufferWriter<byte>();
            RecordCodecs.Instance.Decompress(codec, Packed((int)codec, "plain records"u8), output, 100);
            Assert.Equal("plain records"u8, output.WrittenSpan);
            Assert.Throws<MalformedMessageException>(() =>
                RecordCodecs.Instance.Decompress(codec, "not packed at all"u8, new ArrayBufferWriter<byte>(), 100));
        }
        Assert.False(RecordCodecs.Instance.Supports((RecordCodec)7));
    }

    [Fact]
    public void Javas_snappy_framing_is_understood()
    {
        byte[] frame =
        [
            0x82, .. "SNAPPY"u8, 0, 0, 0, 0, 1, 0, 0, 0, 1,
            .. Block("first "u8), .. Block("second"u8),
        ];
        var target = new RecordBuffer();
        Assert.Equal(12, SnappyFrame.Decompress(frame, target, 12));
        Assert.Equal("first second"u8, target.Written.Span);
        Assert.Throws<CompressionException>(() => SnappyFrame.Decompress(frame, new RecordBuffer(), 11));
        Assert.Throws<CompressionException>(() => SnappyFrame.Decompress(frame.AsSpan()[..^1], new RecordBuffer(), 12));

        static byte[] Block(ReadOnlySpan<byte> plain)
        {
            var packed = Packed(2, plain);
            return [0, 0, 0, (byte)packed.Length, .. packed];
        }
    }

    [Fact]
    public void Random_bytes_are_refused_and_nothing_else_happens()
    {
        using var decompressor = new BatchDecompressor(1 << 20);
        Prop.ForAll(AnyBytes, bytes =>
        {
            for (var codec = 0; codec < 6; codec++)
            {
                try
                {
                    decompressor.Decompress(codec, bytes, new RecordBuffer());
                }
                catch (CompressionException)
                {
                    // The one exception that is allowed.
                }
            }
        }).QuickCheckThrowOnFailure();
    }

    static byte[] Packed(ReadOnlySpan<byte> plain) => Packed(3, plain);

    static byte[] Packed(int codec, ReadOnlySpan<byte> plain)
    {
        switch (codec)
        {
            case 1:
                using (var stream = new MemoryStream())
                {
                    using (var gzip = new GZipStream(stream, CompressionLevel.Fastest))
                        gzip.Write(plain);
                    return stream.ToArray();
                }
            case 2:
                var snappy = new byte[Snappy.MaxCompressedLength(plain.Length)];
                return snappy[..Snappy.Compress(plain, snappy)];
            case 3:
                var lz4 = new byte[Lz4Frame.CompressBound(plain.Length)];
                return lz4[..Lz4Frame.Compress(plain, lz4)];
            default:
                using (var compressor = new ZstdCompressor())
                {
                    var zstd = new byte[ZstdCompressor.CompressBound(plain.Length)];
                    return zstd[..compressor.Compress(plain, zstd, 1)];
                }
        }
    }

    static byte[] Noise(int seed, int length)
    {
        var noise = new byte[length];
        new Random(seed).NextBytes(noise);
        return noise;
    }
}
