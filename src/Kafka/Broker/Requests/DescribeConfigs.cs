using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Tells the settings of topics. The broker itself has none that a client could change.</summary>
sealed class DescribeConfigs(BrokerServices services) : ImmediateHandler(ApiKey.DescribeConfigs, 0, 2)
{
    const int ResourceBytesMin = 7;
    const int NameBytesMin = 2;
    const sbyte TopicResource = 2;
    const sbyte BrokerResource = 4;
    const sbyte FromTopic = 1;
    const sbyte FromDefault = 5;

    protected override void Answer(Request request, WireReader reader, WireWriter writer)
    {
        List<(sbyte Type, string Name, List<string>? Settings)> resources = [];
        for (var left = reader.ReadCount(ResourceBytesMin); left > 0; left--)
            resources.Add((reader.ReadInt8(), reader.ReadString(), ReadNames(ref reader)));
        writer.WriteInt32(0);
        writer.WriteCount(resources.Count);
        foreach (var (type, name, wanted) in resources)
        {
            var topic = type == TopicResource ? services.Topics.Find(name) : null;
            writer.WriteError(topic is not null || type == BrokerResource ? KafkaError.None
                : type == TopicResource ? KafkaError.UnknownTopicOrPartition
                : KafkaError.InvalidRequest);
            writer.WriteString(null);
            writer.WriteInt8(type);
            writer.WriteString(name);
            Write(writer, request.Version, topic?.Settings, wanted);
        }
    }

    static List<string>? ReadNames(ref WireReader reader)
    {
        var count = reader.ReadNullableCount(NameBytesMin);
        if (count < 0)
            return null;
        List<string> names = [];
        for (; count > 0; count--)
            names.Add(reader.ReadString());
        return names;
    }

    static void Write(WireWriter writer, short version, TopicSettings? settings, List<string>? wanted)
    {
        List<string> names = settings is null
            ? []
            : [.. TopicSettings.Names.Where(name => wanted is null || wanted.Contains(name))];
        writer.WriteCount(names.Count);
        foreach (var name in names)
        {
            var isOwn = settings!.Own.ContainsKey(name);
            writer.WriteString(name);
            writer.WriteString(settings[name]);
            writer.WriteBool(false); // It can be changed,
            if (version == 0)
                writer.WriteBool(!isOwn);
            else
                writer.WriteInt8(isOwn ? FromTopic : FromDefault);
            writer.WriteBool(false); // is no secret,
            if (version >= 1)
                writer.WriteCount(0); // and has one source.
        }
    }
}
