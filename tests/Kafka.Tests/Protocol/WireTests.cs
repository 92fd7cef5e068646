using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Tests.Protocol;

public class WireTests
{
    [Fact]
    public void A_varint_reads_back_and_takes_the_bytes_it_says() => Prop.ForAll<long>(value =>
    {
        var target = new byte[Varint.BytesMax64];
        var length = Varint.Write(target, value);
        var reader = new WireReader(target.AsSpan(0, length));
        return length == Varint.Size(value) && reader.ReadVarlong() == value && reader.Remaining == 0;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    public void The_ends_of_the_range_read_back(long value)
    {
        var target = new byte[Varint.BytesMax64];
        var reader = new WireReader(target.AsSpan(0, Varint.Write(target, value)));
        Assert.Equal(value, reader.ReadVarlong());
    }

    [Fact]
    public void A_string_reads_back_and_null_stays_null() => Prop.ForAll<string?>(text =>
    {
        var output = new ArrayBufferWriter<byte>();
        new WireWriter(output).WriteString(text);
        var reader = new WireReader(output.WrittenSpan);
        return reader.ReadNullableString() == text && reader.Remaining == 0;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_count_that_the_message_cannot_hold_is_refused() => Assert.Throws<MalformedMessageException>(
        () => new WireReader([0x7F, 0xFF, 0xFF, 0xFF, 0]).ReadCount(elementBytesMin: 1));

    [Fact]
    public void A_length_past_the_end_is_refused() => Assert.Throws<MalformedMessageException>(
        () => new WireReader([0, 9, (byte)'a']).ReadString());
}
