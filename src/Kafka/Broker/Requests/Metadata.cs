using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Tells which topics there are and who serves them: always this broker. Creates those that do not exist, if
/// client and options allow.</summary>
sealed class Metadata(BrokerServices services) : ImmediateHandler(ApiKey.Metadata, 0, 8)
{
    const string ClusterId = "tapline";
    const int OperationsUnknown = int.MinValue;
    const int NameBytesMin = 2;

    protected override void Answer(Request request, WireReader reader, WireWriter writer)
    {
        var version = request.Version;
        var names = ReadNames(ref reader, version);
        var creates = version < 4 || reader.ReadBool();
        if (version >= 3)
            writer.WriteInt32(0);
        WriteBroker(writer, version);
        writer.WriteCount(names.Count);
        foreach (var name in names)
        {
            var (topic, error) = creates
                ? services.Topics.FindOrCreate(name)
                : (services.Topics.Find(name), KafkaError.UnknownTopicOrPartition);
            WriteTopic(writer, version, name, topic, topic is null ? error : KafkaError.None);
        }
        if (version >= 8)
            writer.WriteInt32(OperationsUnknown);
    }

    List<string> ReadNames(ref WireReader reader, short version)
    {
        var count = version == 0 ? reader.ReadCount(NameBytesMin) : reader.ReadNullableCount(NameBytesMin);
        if (count < 0 || version == 0 && count == 0)
            return [.. services.Topics.Topics.Select(topic => topic.Name)];
        var names = new List<string>(count);
        for (var i = 0; i < count; i++)
            names.Add(reader.ReadString());
        return names;
    }

    void WriteBroker(WireWriter writer, short version)
    {
        writer.WriteCount(1);
        writer.WriteInt32(BrokerServices.NodeId);
        writer.WriteString(BrokerServices.Host);
        writer.WriteInt32(services.Port);
        if (version >= 1)
            writer.WriteString(null); // No rack.
        if (version >= 2)
            writer.WriteString(ClusterId);
        if (version >= 1)
            writer.WriteInt32(BrokerServices.NodeId); // The controller.
    }

    static void WriteTopic(WireWriter writer, short version, string name, Topic? topic, KafkaError error)
    {
        writer.WriteError(error);
        writer.WriteString(name);
        if (version >= 1)
            writer.WriteBool(false); // No topic that clients see is internal.
        var count = topic?.Partitions.Length ?? 0;
        writer.WriteCount(count);
        for (var partition = 0; partition < count; partition++)
        {
            writer.WriteError(KafkaError.None);
            writer.WriteInt32(partition);
            writer.WriteInt32(BrokerServices.NodeId); // The leader.
            if (version >= 7)
                writer.WriteInt32(Log.PartitionLog.LeaderEpoch);
            WriteReplicas(writer);
            WriteReplicas(writer); // Those in sync.
            if (version >= 5)
                writer.WriteCount(0); // None is offline.
        }
        if (version >= 8)
            writer.WriteInt32(OperationsUnknown);
    }

    static void WriteReplicas(WireWriter writer)
    {
        writer.WriteCount(1);
        writer.WriteInt32(BrokerServices.NodeId);
    }
}
