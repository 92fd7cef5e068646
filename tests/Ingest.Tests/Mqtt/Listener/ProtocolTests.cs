using System.Net.Sockets;
using Tapline.Ingest.Mqtt.Client;
using Tapline.Ingest.Mqtt.Listener;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Tests.Mqtt.Listener;

public sealed class ProtocolTests
{
    readonly CancellationToken _ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_goes_to_the_newer_connection_and_the_older_one_is_told()
    {
        await using var server = new ListenerServer();
        await using var older = await server.ConnectAsync("d1", _ct);
        await using var newer = await server.ConnectAsync("d1", _ct);
        Assert.Equal(ReasonCode.SessionTakenOver, Assert.IsType<DisconnectPacket>(await older.ReadAsync(_ct)).Reason);
        Assert.Null(await older.ReadAsync(_ct));
        newer.TrySend(PingPacket.Request);
        Assert.IsType<PingPacket>(await newer.ReadAsync(_ct));
    }

    [Fact]
    public async Task A_topic_alias_stands_for_the_topic_that_it_was_given_with()
    {
        await using var server = new ListenerServer();
        await using var device = await server.ConnectAsync("d1", _ct);
        var alias = new MqttProperties([new(PropertyId.TopicAlias, 3)]);
        foreach (var topic in new[] { TapRoutes.Topic("pour"), "" })
        {
            device.TrySend(new PublishPacket(
                new MqttMessage(topic, "{}"u8.ToArray(), QualityOfService.AtLeastOnce, false) { Properties = alias },
                1, IsDuplicate: false));
            Assert.Equal(new AcknowledgePacket(PacketType.Puback, 1), await device.ReadAsync(_ct));
        }
        Assert.Equal(2, (await LogRecords.OfAsync(server.Log, "bar.iot.pour", _ct)).Count);
    }

    [Fact]
    public async Task A_device_may_publish_under_its_own_name_only()
    {
        await using var server = new ListenerServer(ListenerServer.Open with
        {
            Rules = new TopicRules([new TopicRule([], ["bar/v1/+/+/{client_id}/+"], [])]),
        });
        await using var device = await server.ConnectAsync("d1", _ct);
        device.TrySend(Publish(TapRoutes.Topic("pour", "d1"), 1));
        Assert.Equal(new AcknowledgePacket(PacketType.Puback, 1), await device.ReadAsync(_ct));
        device.TrySend(Publish(TapRoutes.Topic("pour", "d2"), 2));
        Assert.Equal(
            new AcknowledgePacket(PacketType.Puback, 2, ReasonCode.NotAuthorized), await device.ReadAsync(_ct));
        device.TrySend(new SubscribePacket(3, [new TopicSubscription("bar/#", QualityOfService.AtMostOnce)]));
        Assert.Equal(
            [ReasonCode.NotAuthorized], Assert.IsType<SubackPacket>(await device.ReadAsync(_ct)).Reasons.ToArray());
        Assert.Single(await LogRecords.OfAsync(server.Log, "bar.iot.pour", _ct));
        // 3.1.1 has no word for it, and an acknowledgement would be a lie.
        await using var old = await server.ConnectAsync("d3", _ct, MqttVersion.V311);
        old.TrySend(Publish(TapRoutes.Topic("pour", "d2"), 1));
        Assert.Null(await old.ReadAsync(_ct));
    }

    [Theory]
    [InlineData("+")]
    [InlineData("a/b")]
    [InlineData("#")]
    public async Task A_client_identifier_that_would_widen_the_rules_is_refused(string id)
    {
        await using var server = new ListenerServer();
        var refusal = await Assert.ThrowsAsync<MqttRefusedException>(() => server.ConnectAsync(id, _ct));
        Assert.Equal(ReasonCode.ClientIdentifierNotValid, refusal.Reason);
    }

    [Fact]
    public async Task A_session_is_not_given_to_another_user_while_its_own_is_connected()
    {
        var accounts = DeviceAccounts.Parse(
            DeviceAccounts.Line("anna", "a") + "\n" + DeviceAccounts.Line("bert", "b"), "passwords");
        await using var server = new ListenerServer(ListenerServer.Open with { Accounts = accounts });
        await using var anna = await ConnectAs(server, "anna", "a");
        var refusal = await Assert.ThrowsAsync<MqttRefusedException>(() => ConnectAs(server, "bert", "b"));
        Assert.Equal(ReasonCode.NotAuthorized, refusal.Reason);
        anna.TrySend(PingPacket.Request);
        Assert.IsType<PingPacket>(await anna.ReadAsync(_ct));

        Task<MqttClient> ConnectAs(ListenerServer to, string user, string password) => MqttClient.ConnectAsync(
            new MqttClientOptions
            {
                Host = "127.0.0.1",
                Port = to.Port,
                User = user,
                Password = System.Text.Encoding.UTF8.GetBytes(password),
            },
            new ConnectPacket(MqttVersion.V5, "d1"), TimeProvider.System, _ct);
    }

    [Fact]
    public async Task Noise_and_silence_end_a_connection_and_nothing_else()
    {
        await using var server = new ListenerServer(
            ListenerServer.Open with { ConnectTimeout = TimeSpan.FromMilliseconds(300) });
        var random = new Random(1);
        for (var i = 0; i < 50; i++)
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync("127.0.0.1", server.Port, _ct);
            var noise = new byte[random.Next(200)];
            random.NextBytes(noise);
            await socket.GetStream().WriteAsync(noise, _ct);
            if (i % 2 == 0)
                await AssertEndsAsync(socket.GetStream());
        }
        await using var device = await server.ConnectAsync("d1", _ct);
        device.TrySend(Publish(TapRoutes.Topic("pour"), 1));
        Assert.Equal(new AcknowledgePacket(PacketType.Puback, 1), await device.ReadAsync(_ct));
    }

    [Fact]
    public async Task A_client_that_is_silent_for_longer_than_its_keep_alive_is_let_go_and_its_will_published()
    {
        await using var server = new ListenerServer();
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", server.Port, _ct);
        var writer = new PacketWriter();
        new ConnectPacket(MqttVersion.V5, "d1")
        {
            KeepAliveSeconds = 1,
            Will = new MqttMessage(
                TapRoutes.Topic("status"), """{"state":"offline"}"""u8.ToArray(), QualityOfService.AtLeastOnce, true),
        }.Write(writer, MqttVersion.V5);
        await socket.GetStream().WriteAsync(writer.Written, _ct);
        var will = Assert.Single(await LogRecords.WaitAsync(server.Log, "bar.iot.status", 1, _ct));
        Assert.StartsWith("""{"state":"offline",""", will.Value, StringComparison.Ordinal);
        Assert.Equal("1", will.Headers["mqtt_retain"]);
    }

    [Fact]
    public async Task A_will_without_delay_is_published_before_what_the_device_says_when_it_is_back_at_once()
    {
        await using var server = new ListenerServer();
        var options = new MqttClientOptions { Host = "127.0.0.1", Port = server.Port };
        var connect = new ConnectPacket(MqttVersion.V5, "d1")
        {
            Will = new MqttMessage(
                TapRoutes.Topic("status"), """{"state":"offline"}"""u8.ToArray(), QualityOfService.AtLeastOnce, true),
            Properties = new([new(PropertyId.SessionExpirySeconds, 600)]),
        };
        await using (await MqttClient.ConnectAsync(options, connect, TimeProvider.System, _ct))
        {
            // Gone without goodbye.
        }
        while (server.Listener.ConnectionCount > 0)
            await Task.Delay(5, _ct);
        await using var back = await MqttClient.ConnectAsync(
            options, connect with { Will = null }, TimeProvider.System, _ct);
        back.TrySend(new PublishPacket(
            new MqttMessage(
                TapRoutes.Topic("status"), """{"state":"online"}"""u8.ToArray(), QualityOfService.AtLeastOnce, true),
            1, IsDuplicate: false));
        Assert.Equal(new AcknowledgePacket(PacketType.Puback, 1), await back.ReadAsync(_ct));

        var states = await LogRecords.OfAsync(server.Log, "bar.iot.status", _ct);

        Assert.Equal(["offline", "online"], states.Select(static record => record.Value.Split('"')[3]));
    }

    [Fact]
    public async Task A_delayed_will_is_not_published_when_the_device_is_back_in_time()
    {
        await using var server = new ListenerServer();
        var will = new MqttMessage(TapRoutes.Topic("status"), "{}"u8.ToArray(), QualityOfService.AtLeastOnce, false)
        {
            Properties = new([new(PropertyId.WillDelaySeconds, 600)]),
        };
        var options = new MqttClientOptions { Host = "127.0.0.1", Port = server.Port };
        var connect = new ConnectPacket(MqttVersion.V5, "d1")
        {
            Will = will, Properties = new([new(PropertyId.SessionExpirySeconds, 600)]),
        };
        await using (await MqttClient.ConnectAsync(options, connect, TimeProvider.System, _ct))
        {
            // Gone without goodbye.
        }
        await using var back = await MqttClient.ConnectAsync(
            options, connect with { Will = null }, TimeProvider.System, _ct);
        await Task.Delay(TimeSpan.FromSeconds(2.5), _ct);
        Assert.Empty(await LogRecords.OfAsync(server.Log, "bar.iot.status", _ct));
    }

    async Task AssertEndsAsync(NetworkStream stream)
    {
        try
        {
            var buffer = new byte[256];
            while (await stream.ReadAsync(buffer, _ct) > 0)
            {
                // A last word, perhaps.
            }
        }
        catch (IOException)
        {
            // Reset.
        }
    }

    static PublishPacket Publish(string topic, ushort id) => new(
        new MqttMessage(topic, "{}"u8.ToArray(), QualityOfService.AtLeastOnce, IsRetained: false), id,
        IsDuplicate: false);
}
