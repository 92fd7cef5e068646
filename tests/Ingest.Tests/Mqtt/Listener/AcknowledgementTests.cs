using Tapline.Ingest.Mqtt.Client;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Tests.Mqtt.Listener;

/// <summary>Invariant 1: what a device is told has arrived is in the log.</summary>
public sealed class AcknowledgementTests : IAsyncDisposable
{
    readonly ListenerServer _server = new();
    readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task No_acknowledgement_goes_out_before_the_log_has_given_its_own()
    {
        await using var device = await _server.ConnectAsync("d1", _ct);
        _server.Log.Close();
        device.TrySend(Pour(1, QualityOfService.AtLeastOnce));
        device.TrySend(Pour(2, QualityOfService.ExactlyOnce));
        device.TrySend(Pour(3, QualityOfService.AtLeastOnce));
        device.TrySend(PingPacket.Request);
        await LogRecords.WaitAsync(_server.Log, "bar.iot.pour", 3, _ct);
        // All three were read before the ping, and nothing but its answer has come back.
        Assert.IsType<PingPacket>(await device.ReadAsync(_ct));
        _server.Log.Open();
        Assert.Equal(new AcknowledgePacket(PacketType.Puback, 1), await device.ReadAsync(_ct));
        Assert.Equal(new AcknowledgePacket(PacketType.Pubrec, 2), await device.ReadAsync(_ct));
        Assert.Equal(new AcknowledgePacket(PacketType.Puback, 3), await device.ReadAsync(_ct));
    }

    [Fact]
    public async Task A_log_that_loses_answers_gets_the_messages_again_and_the_device_one_acknowledgement_each()
    {
        await using var device = await _server.ConnectAsync("d1", _ct);
        _server.Log.Refuse(2);
        for (ushort id = 1; id <= 20; id++)
            device.TrySend(Pour(id, QualityOfService.AtLeastOnce));
        for (ushort id = 1; id <= 20; id++)
            Assert.Equal(new AcknowledgePacket(PacketType.Puback, id), await device.ReadAsync(_ct));
        var records = await LogRecords.OfAsync(_server.Log, "bar.iot.pour", _ct);
        Assert.Equal(20, records.Select(static record => record.Value.Split(',')[0]).Distinct().Count());
        Assert.True(records.Count > 20);
    }

    [Fact]
    public async Task A_QoS_2_message_that_is_sent_twice_before_its_release_is_one_record()
    {
        await using (var device = await _server.ConnectAsync("d1", _ct, properties: Kept))
        {
            device.TrySend(Pour(7, QualityOfService.ExactlyOnce));
            Assert.Equal(new AcknowledgePacket(PacketType.Pubrec, 7), await device.ReadAsync(_ct));
        }
        await using var again = await _server.ConnectAsync("d1", _ct, isCleanStart: false, properties: Kept);
        Assert.True(again.Connack.IsSessionPresent);
        again.TrySend(Pour(7, QualityOfService.ExactlyOnce) with { IsDuplicate = true });
        Assert.Equal(new AcknowledgePacket(PacketType.Pubrec, 7), await again.ReadAsync(_ct));
        again.TrySend(new AcknowledgePacket(PacketType.Pubrel, 7));
        Assert.Equal(new AcknowledgePacket(PacketType.Pubcomp, 7), await again.ReadAsync(_ct));
        Assert.Single(await LogRecords.OfAsync(_server.Log, "bar.iot.pour", _ct));
        again.TrySend(Pour(7, QualityOfService.ExactlyOnce));
        Assert.Equal(new AcknowledgePacket(PacketType.Pubrec, 7), await again.ReadAsync(_ct));
        Assert.Equal(2, (await LogRecords.OfAsync(_server.Log, "bar.iot.pour", _ct)).Count);
    }

    [Fact]
    public async Task A_stop_acknowledges_what_was_read_and_says_goodbye()
    {
        await using var device = await _server.ConnectAsync("d1", _ct);
        _server.Log.Close();
        for (ushort id = 1; id <= 50; id++)
            device.TrySend(Pour(id, QualityOfService.AtLeastOnce));
        await LogRecords.WaitAsync(_server.Log, "bar.iot.pour", 50, _ct);
        var stopping = _server.StopAsync();
        _server.Log.Open();
        for (ushort id = 1; id <= 50; id++)
            Assert.Equal(new AcknowledgePacket(PacketType.Puback, id), await device.ReadAsync(_ct));
        Assert.Equal(
            ReasonCode.ServerShuttingDown, Assert.IsType<DisconnectPacket>(await device.ReadAsync(_ct)).Reason);
        await stopping;
    }

    [Fact]
    public async Task A_device_that_goes_over_its_receive_maximum_is_told_so()
    {
        await using var device = await _server.ConnectAsync("d1", _ct);
        var most = (int)device.Connack.Properties.Number(PropertyId.ReceiveMax)!;
        _server.Log.Close();
        for (var id = 1; id <= most + 1; id++)
            device.TrySend(Pour((ushort)id, QualityOfService.AtLeastOnce));
        Assert.Equal(
            ReasonCode.ReceiveMaximumExceeded, Assert.IsType<DisconnectPacket>(await device.ReadAsync(_ct)).Reason);
    }

    static MqttProperty[] Kept => [new(PropertyId.SessionExpirySeconds, 600)];

    static PublishPacket Pour(ushort id, QualityOfService qos) => new(
        new MqttMessage(TapRoutes.Topic("pour"), System.Text.Encoding.UTF8.GetBytes($$"""{"seq":{{id}}}"""),
            qos, IsRetained: false), id, IsDuplicate: false);
}
