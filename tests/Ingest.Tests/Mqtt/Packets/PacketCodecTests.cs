using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Tests.Mqtt.Packets;

public sealed class PacketCodecTests
{
    const int PacketBytesMax = 1 << 20;

    [Fact]
    public void Every_packet_comes_back_however_the_bytes_are_cut() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), static seed =>
        {
            var random = new Random(seed);
            var version = Version(random);
            var packets = new RandomPackets(random);
            var writer = new PacketWriter();
            List<IMqttPacket> sent = [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => packets.Next(version))];
            foreach (var packet in sent)
                packet.Write(writer, version);
            var stream = Cut(writer.Written, random);
            foreach (var packet in sent)
            {
                var read = PacketCodec.TryRead(ref stream, version, PacketBytesMax);
                Assert.Equal(packet.GetType(), read!.GetType());
                Assert.Equal(Bytes(packet, version), Bytes(read, version));
            }
            Assert.True(stream.IsEmpty);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void A_packet_that_is_not_there_whole_is_waited_for() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), static seed =>
        {
            var random = new Random(seed);
            var version = Version(random);
            var bytes = Bytes(new RandomPackets(random).Next(version), version);
            for (var length = 0; length < Math.Min(bytes.Length, 200); length++)
            {
                var part = new ReadOnlySequence<byte>(bytes, 0, length);
                Assert.Null(PacketCodec.TryRead(ref part, version, PacketBytesMax));
                Assert.Equal(length, part.Length);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void No_bytes_crash_the_codec_or_make_it_take_more_memory_than_they_are_worth() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), static seed =>
        {
            var random = new Random(seed);
            var version = Version(random);
            var bytes = Hostile(random, version);
            var stream = new ReadOnlySequence<byte>(bytes);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                while (PacketCodec.TryRead(ref stream, version, 4096) is { })
                {
                    // Whatever it is: it was read.
                }
            }
            catch (MalformedPacketException fault)
            {
                Assert.True(fault.Reason >= ReasonCode.UnspecifiedError);
            }
            // A subscription of three bytes becomes an object of some forty: the factor is bounded, not the sum alone.
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000 + 100L * bytes.Length);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000));

    [Theory]
    [InlineData("f0ff7f", (int)ReasonCode.PacketTooLarge)] // 16 383 bytes of AUTH, where 4096 are taken
    [InlineData("30ffffffff01", (int)ReasonCode.MalformedPacket)] // a length of five bytes
    [InlineData("0000", (int)ReasonCode.MalformedPacket)] // type 0
    [InlineData("62020001", (int)ReasonCode.Success)] // PUBREL as it must be
    [InlineData("60020001", (int)ReasonCode.MalformedPacket)] // PUBREL without its flags
    [InlineData("62020000", (int)ReasonCode.ProtocolError)] // packet identifier 0
    [InlineData("3603000161", (int)ReasonCode.MalformedPacket)] // QoS 3
    [InlineData("300400012b00", (int)ReasonCode.TopicNameInvalid)] // topic "+"
    [InlineData("30040001ff00", (int)ReasonCode.MalformedPacket)] // a topic that is no UTF-8
    [InlineData("300400010000", (int)ReasonCode.MalformedPacket)] // U+0000
    [InlineData("300700016103230000", (int)ReasonCode.ProtocolError)] // topic alias 0
    [InlineData("820600010000012303", (int)ReasonCode.MalformedPacket)] // a byte short
    [InlineData("100c00044d51545403020000000000", (int)ReasonCode.UnsupportedProtocolVersion)] // 3.1
    [InlineData("c00100", (int)ReasonCode.MalformedPacket)] // PINGREQ with a body
    public void Wrong_bytes_are_refused_with_the_reason_that_the_protocol_wants(string hex, int wanted)
    {
        Assert.Equal((ReasonCode)wanted, Refusal(Convert.FromHexString(hex)));

        static ReasonCode Refusal(byte[] bytes)
        {
            var stream = new ReadOnlySequence<byte>(bytes);
            try
            {
                Assert.NotNull(PacketCodec.TryRead(ref stream, MqttVersion.V5, 4096));
                return ReasonCode.Success;
            }
            catch (MalformedPacketException fault)
            {
                return fault.Reason;
            }
        }
    }

    [Fact]
    public void A_password_does_not_show_in_the_packets_text() =>
        Assert.DoesNotContain("secret", new ConnectPacket(MqttVersion.V5, "id")
        {
            UserName = "secret-user",
            Password = "secret"u8.ToArray(),
        }.ToString(), StringComparison.Ordinal);

    static byte[] Hostile(Random random, MqttVersion version)
    {
        if (random.Next(3) == 0)
        {
            var noise = new byte[random.Next(100)];
            random.NextBytes(noise);
            return noise;
        }
        var bytes = Bytes(new RandomPackets(random).Next(version), version);
        for (var changes = random.Next(1, 4); changes > 0; changes--)
            bytes[random.Next(Math.Min(bytes.Length, 60))] = (byte)random.Next(256);
        return bytes[..random.Next(1, bytes.Length + 1)];
    }

    static MqttVersion Version(Random random) => random.Next(2) == 0 ? MqttVersion.V311 : MqttVersion.V5;

    static byte[] Bytes(IMqttPacket packet, MqttVersion version)
    {
        var writer = new PacketWriter();
        Assert.Equal(packet.Write(writer, version), writer.Count);
        return writer.Written.ToArray();
    }

    static ReadOnlySequence<byte> Cut(ReadOnlyMemory<byte> bytes, Random random)
    {
        Piece? first = null, last = null;
        while (bytes.Length > 0 || first is null)
        {
            var length = Math.Min(bytes.Length, random.Next(1, random.Next(2) == 0 ? 4 : 400));
            last = new Piece(bytes[..length], last);
            first ??= last;
            bytes = bytes[length..];
        }
        return new ReadOnlySequence<byte>(first, 0, last!, last!.Memory.Length);
    }

    sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}
