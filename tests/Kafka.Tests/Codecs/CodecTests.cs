using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Tapline.Native.Codecs;

namespace Tapline.Kafka.Tests.Codecs;

public sealed class CodecTests
{
    static readonly Arbitrary<byte[]> AnyBytes = Gen.OneOf(
        ArbMap.Default.GeneratorFor<byte[]>(),
        from text in ArbMap.Default.GeneratorFor<byte[]>()
        from times in Gen.Choose(1, 3000)
        select Enumerable.Repeat(text, times).SelectMany(static part => part).ToArray()).ToArbitrary();

    [Theory]
    [InlineData(Codec.Zstd)]
    [InlineData(Codec.Snappy)]
    [InlineData(Codec.Lz4)]
    public void Every_codec_is_in_the_native_library(Codec codec) => Assert.Null(CodecAvailability.Problem(codec));

    [Fact]
    public void A_missing_symbol_is_named()
    {
        var exports = new CodecExports(Codec.Zstd);
        Assert.Equal(0, exports.Find("ZSTD_noSuchFunction"));
        var failure = Assert.Throws<CodecUnavailableException>(exports.Demand);
        Assert.Contains("ZSTD_noSuchFunction", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Zstd", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(19)]
    public void Zstd_gives_back_what_it_took(int level)
    {
        using var compressor = new ZstdCompressor();
        using var decompressor = new ZstdDecompressor();
        Prop.ForAll(AnyBytes, plain =>
        {
            var packed = Packed(plain, compressor, level);
            var one = new byte[plain.Length];
            var streamed = new ArrayBufferWriter<byte>();
            return decompressor.Decompress(packed, one) == plain.Length
                && decompressor.Decompress(packed, streamed, plain.Length) == plain.Length
                && Zstd.ContentSize(packed) == (ulong)plain.Length
                && one.AsSpan().SequenceEqual(plain)
                && streamed.WrittenSpan.SequenceEqual(plain);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Zstd_frames_one_after_the_other_are_all_read()
    {
        using var compressor = new ZstdCompressor();
        using var decompressor = new ZstdDecompressor();
        byte[] packed = [.. Packed("first "u8, compressor, 1), .. Packed("second"u8, compressor, 1)];
        var streamed = new ArrayBufferWriter<byte>();
        decompressor.Decompress(packed, streamed, 100);
        Assert.Equal("first second"u8, streamed.WrittenSpan);
    }

    [Fact]
    public void A_zstd_bomb_is_stopped_at_the_cap()
    {
        using var compressor = new ZstdCompressor();
        using var decompressor = new ZstdDecompressor();
        var packed = Packed(new byte[50 << 20], compressor, 3);
        var streamed = new ArrayBufferWriter<byte>();
        Assert.Throws<CompressionException>(() => decompressor.Decompress(packed, streamed, 1 << 20));
        Assert.InRange(streamed.WrittenCount, 0, 1 << 20);
    }

    [Fact]
    public void Half_a_zstd_frame_is_refused_and_the_context_stays_usable()
    {
        using var compressor = new ZstdCompressor();
        using var decompressor = new ZstdDecompressor();
        var plain = new byte[200_000];
        new Random(7).NextBytes(plain);
        var packed = Packed(plain, compressor, 1);
        var half = packed[..(packed.Length / 2)];
        Assert.Throws<CompressionException>(
            () => decompressor.Decompress(half, new ArrayBufferWriter<byte>(), 1 << 20));
        Assert.Throws<CompressionException>(() => decompressor.Decompress(half, new byte[plain.Length]));
        Assert.Equal(plain.Length, decompressor.Decompress(packed, new ArrayBufferWriter<byte>(), 1 << 20));
    }

    [Fact]
    public void Snappy_gives_back_what_it_took() => Prop.ForAll(AnyBytes, plain =>
    {
        var packed = new byte[Snappy.MaxCompressedLength(plain.Length)];
        packed = packed[..Snappy.Compress(plain, packed)];
        var back = new byte[plain.Length];
        return Snappy.DecompressedLength(packed) == plain.Length
            && Snappy.Decompress(packed, back) == plain.Length
            && back.AsSpan().SequenceEqual(plain);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Lz4_gives_back_what_it_took() => Prop.ForAll(AnyBytes, plain =>
    {
        var packed = new byte[Lz4.CompressBound(plain.Length)];
        packed = packed[..Lz4.Compress(plain, packed)];
        var back = new byte[plain.Length];
        return Lz4.Decompress(packed, back) == plain.Length && back.AsSpan().SequenceEqual(plain);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_lz4_block_may_refer_to_the_bytes_before_it()
    {
        // One literal, then a match of 4 bytes at distance 5, then 5 literals (the format's last-literals rule).
        byte[] block = [0x10, (byte)'!', 5, 0, 0x50, .. "12345"u8];
        var target = new byte[64];
        "abcd"u8.CopyTo(target);
        var length = Lz4.DecompressLinked(block, target, 4);
        Assert.Equal("abcd!abcd12345"u8, target.AsSpan(0, 4 + length));
        Assert.Throws<CompressionException>(() => Lz4.Decompress(block, new byte[64]));
    }

    [Fact]
    public void Random_bytes_never_crash_a_decoder() => Prop.ForAll(AnyBytes, bytes =>
    {
        var target = new byte[1 << 16];
        Attempt(() => Lz4.Decompress(bytes, target));
        Attempt(() => Snappy.Decompress(bytes, target));
        Attempt(() => Zstd.Decompress(bytes, target));
        return true;
    }).QuickCheckThrowOnFailure();

    static void Attempt(Action action)
    {
        try
        {
            action();
        }
        catch (CompressionException)
        {
            // Refusing is the right answer to almost all of them.
        }
    }

    static byte[] Packed(ReadOnlySpan<byte> plain, ZstdCompressor compressor, int level)
    {
        var packed = new byte[ZstdCompressor.CompressBound(plain.Length)];
        return packed[..compressor.Compress(plain, packed, level)];
    }
}
