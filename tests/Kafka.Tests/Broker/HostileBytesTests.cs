using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Tests.Broker;

public class HostileBytesTests
{
    static readonly ApiKey[] Apis = Enum.GetValues<ApiKey>();

    [Theory]
    [InlineData(-1)]
    [InlineData(0)]
    [InlineData(int.MaxValue)]
    [InlineData(0x47455420)] // "GET ": a browser.
    public async Task A_frame_of_impossible_length_ends_the_connection_and_no_more(int length)
    {
        await using var broker = await TestBroker.StartAsync();
        using (var client = await broker.ConnectAsync())
        {
            var frame = new byte[64];
            BinaryPrimitives.WriteInt32BigEndian(frame, length);
            await client.SendRawAsync(frame);
            Assert.Equal(0, await client.ReadToEndAsync());
        }
        await AssertServesAsync(broker);
    }

    [Fact]
    public async Task A_length_alone_costs_no_memory()
    {
        await using var broker = await TestBroker.StartAsync();
        var clients = new List<WireClient>();
        var frame = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(frame, broker.Options.RequestBytesMax);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < 20; i++)
        {
            var client = await broker.ConnectAsync();
            await client.SendRawAsync(frame);
            clients.Add(client);
        }
        await AssertServesAsync(broker);
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < broker.Options.RequestBytesMax);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Random_bytes_in_any_request_never_stop_the_broker()
    {
        await using var broker = await TestBroker.StartAsync(options => options.PartitionsMax = 100);
        var bodies = Gen.Choose(0, Apis.Length - 1).Zip(Gen.Choose(0, 11)).Zip(Gen.Choose(0, 255).ListOf());
        Prop.ForAll(bodies.ToArbitrary(), request =>
        {
            var ((api, version), bytes) = request;
            SendAndHangUpAsync(broker, Apis[api], (short)version, [.. bytes.Select(b => (byte)b)])
                .GetAwaiter().GetResult();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));
        await AssertServesAsync(broker);
    }

    [Fact]
    public async Task A_request_with_any_byte_changed_never_stops_the_broker()
    {
        await using var broker = await TestBroker.StartAsync(options => options.PartitionsMax = 100);
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        WireClient.WriteProduce(new WireWriter(output), "t", Batches.Of("a", "b"));
        var sound = output.WrittenSpan.ToArray();
        var changes = Gen.Choose(0, sound.Length - 1).Zip(Gen.Choose(0, 255)).ToArbitrary();
        Prop.ForAll(changes, change =>
        {
            var changed = sound.ToArray();
            changed[change.Item1] = (byte)change.Item2;
            SendAndHangUpAsync(broker, ApiKey.Produce, 8, changed).GetAwaiter().GetResult();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
        await AssertServesAsync(broker);
    }

    [Fact]
    public async Task More_connections_than_allowed_are_closed_as_they_come()
    {
        await using var broker = await TestBroker.StartAsync(options => options.ConnectionsMax = 2);
        using var first = await broker.ConnectAsync();
        await first.ListOffsetAsync("t", -1);
        using var second = await broker.ConnectAsync();
        await second.ListOffsetAsync("t", -1);
        using var third = await broker.ConnectAsync();
        Assert.Equal(0, await third.ReadToEndAsync());
        await first.ListOffsetAsync("t", -1);
    }

    [Fact]
    public async Task A_topic_name_cannot_leave_the_folder()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        foreach (var name in new[] { "../outside", "a/b", "..", "", "a\0b", new string('x', 250) })
            Assert.Equal(KafkaError.InvalidTopic, await client.CreateTopicAsync(name));
    }

    static async Task SendAndHangUpAsync(TestBroker broker, ApiKey api, short version, byte[] body)
    {
        using var client = await broker.ConnectAsync();
        await client.SendAsync(api, version, writer => writer.WriteRaw(body));
    }

    static async Task AssertServesAsync(TestBroker broker)
    {
        using var client = await broker.ConnectAsync();
        Assert.Equal(KafkaError.None, await client.CreateTopicAsync("still-serving"));
        Assert.Equal((KafkaError.None, 0), await client.ProduceAsync("still-serving", Batches.Of("yes")));
        Assert.Equal(["yes"], (await client.FetchAsync("still-serving", 0)).Values());
    }
}
