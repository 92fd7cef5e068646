using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Replaces the settings of topics: what a request does not name falls back to its default.</summary>
sealed class AlterConfigs(BrokerServices services) : ImmediateHandler(ApiKey.AlterConfigs, 0, 1)
{
    const int ResourceBytesMin = 7;
    const int SettingBytesMin = 4;
    const sbyte TopicResource = 2;

    protected override void Answer(Request request, WireReader reader, WireWriter writer)
    {
        List<(sbyte Type, string Name, Dictionary<string, string?> Settings)> resources = [];
        for (var left = reader.ReadCount(ResourceBytesMin); left > 0; left--)
            resources.Add((reader.ReadInt8(), reader.ReadString(), ReadSettings(ref reader)));
        var validateOnly = reader.ReadBool();
        writer.WriteInt32(0);
        writer.WriteCount(resources.Count);
        foreach (var (type, name, settings) in resources)
        {
            var (error, reason) = type == TopicResource
                ? services.Topics.Alter(name, SettingList.Chosen(settings), validateOnly)
                : (KafkaError.InvalidRequest, "only topics have settings that can be changed");
            writer.WriteError(error);
            writer.WriteString(reason);
            writer.WriteInt8(type);
            writer.WriteString(name);
        }
    }

    static Dictionary<string, string?> ReadSettings(ref WireReader reader)
    {
        var settings = new Dictionary<string, string?>();
        for (var left = reader.ReadCount(SettingBytesMin); left > 0; left--)
            settings[reader.ReadString()] = reader.ReadNullableString();
        return settings;
    }
}
