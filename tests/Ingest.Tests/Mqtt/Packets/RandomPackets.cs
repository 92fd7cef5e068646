using System.Collections.Immutable;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Tests.Mqtt.Packets;

/// <summary>Makes packets of every type, with every property that the protocol allows in them.</summary>
sealed class RandomPackets(Random random)
{
    static readonly string[] Topics = ["a", "bar/v1/x/y", "/", "zürich/🍺", "$SYS/x", new('t', 300)];

    static readonly ReasonCode[] Reasons = Enum.GetValues<ReasonCode>();

    public IMqttPacket Next(MqttVersion version)
    {
        switch (random.Next(13))
        {
            case 0:
                return Connect(version);
            case 1:
                return new ConnackPacket(
                    version == MqttVersion.V5 ? Pick(Reasons) : ReasonCode.NotAuthorized, Flip())
                {
                    Properties = Properties(PacketType.Connack, version),
                };
            case 2:
                return new SubscribePacket(Id(), [.. Some(() => Subscription(version))])
                {
                    Properties = Properties(PacketType.Subscribe, version),
                };
            case 3:
                return new SubackPacket(Id(), [.. Some(() => version == MqttVersion.V5
                    ? Pick(Reasons)
                    : ReasonCode.GrantedQos1)])
                {
                    Properties = Properties(PacketType.Suback, version),
                };
            case 4:
                return new UnsubscribePacket(Id(), [.. Some(() => Pick(Topics))])
                {
                    Properties = Properties(PacketType.Unsubscribe, version),
                };
            case 5:
                return new UnsubackPacket(Id(), version == MqttVersion.V5 ? [.. Some(() => Pick(Reasons))] : [])
                {
                    Properties = Properties(PacketType.Unsuback, version),
                };
            case 6:
                return Flip() ? PingPacket.Request : PingPacket.Response;
            case 7:
                return new DisconnectPacket(version == MqttVersion.V5 ? Pick(Reasons) : ReasonCode.Success)
                {
                    Properties = Properties(PacketType.Disconnect, version),
                };
            case 8 when version == MqttVersion.V5:
                return new AuthPacket(Pick(Reasons)) { Properties = Properties(PacketType.Auth, version) };
            case 9 or 10:
                var type = (PacketType)random.Next((int)PacketType.Puback, (int)PacketType.Pubcomp + 1);
                return new AcknowledgePacket(type, Id(), version == MqttVersion.V5 ? Pick(Reasons) : ReasonCode.Success)
                {
                    Properties = Properties(type, version),
                };
            default:
                var message = Message(PacketType.Publish, version);
                var isSure = message.Qos != QualityOfService.AtMostOnce;
                return new PublishPacket(message, isSure ? Id() : (ushort)0, isSure && Flip());
        }
    }

    ConnectPacket Connect(MqttVersion version)
    {
        var user = Flip() ? Text() : null;
        return new ConnectPacket(version, Text())
        {
            IsCleanStart = Flip(),
            KeepAliveSeconds = (ushort)random.Next(ushort.MaxValue + 1),
            UserName = user,
            Password = Flip() && (user is not null || version == MqttVersion.V5) ? Bytes() : null,
            Will = Flip() ? Message(PropertyRule.Will, version) : null,
            Properties = Properties(PacketType.Connect, version),
        };
    }

    MqttMessage Message(PacketType place, MqttVersion version) =>
        new(Pick(Topics), Bytes(), (QualityOfService)random.Next(3), Flip())
        {
            Properties = Properties(place, version),
        };

    TopicSubscription Subscription(MqttVersion version) => version == MqttVersion.V5
        ? new(Pick(Topics), (QualityOfService)random.Next(3), Flip(), Flip(), (RetainHandling)random.Next(3))
        : new(Pick(Topics), (QualityOfService)random.Next(3));

    MqttProperties Properties(PacketType place, MqttVersion version)
    {
        if (version == MqttVersion.V311 || Flip())
            return MqttProperties.None;
        var properties = new List<MqttProperty>();
        foreach (var id in Enum.GetValues<PropertyId>())
        {
            var rule = PropertyRule.Of(id);
            if (!rule.Allows(place) || random.Next(3) > 0)
                continue;
            properties.Add(rule.Form switch
            {
                PropertyForm.Text => new(id, Text()),
                PropertyForm.TextPair => new(id, Text(), Text()),
                PropertyForm.Binary => new(id, Bytes()),
                _ => new(id, Number(rule)),
            });
        }
        return new([.. properties]);
    }

    uint Number(PropertyRule rule)
    {
        var max = Math.Min(rule.Max, rule.Form switch
        {
            PropertyForm.Byte => byte.MaxValue,
            PropertyForm.UInt16 => ushort.MaxValue,
            PropertyForm.Varint => PacketWriter.LengthMax,
            _ => uint.MaxValue,
        });
        return random.Next(4) switch
        {
            0 => rule.Min,
            1 => max,
            _ => (uint)random.NextInt64(rule.Min, max + 1L),
        };
    }

    ImmutableArray<T> Some<T>(Func<T> make) => [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => make())];

    string Text() => random.Next(4) switch
    {
        0 => "",
        1 => "zürich 🍺",
        2 => new string('x', random.Next(300)),
        _ => string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => (char)random.Next(32, 127))),
    };

    byte[] Bytes()
    {
        var bytes = new byte[random.Next(4) == 0 ? random.Next(20_000) : random.Next(40)];
        random.NextBytes(bytes);
        return bytes;
    }

    ushort Id() => (ushort)random.Next(1, ushort.MaxValue + 1);

    bool Flip() => random.Next(2) == 0;

    T Pick<T>(T[] values) => values[random.Next(values.Length)];
}
