using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Deletes topics with all that is in them, and what groups had committed for them.</summary>
sealed class DeleteTopics(BrokerServices services) : ImmediateHandler(ApiKey.DeleteTopics, 0, 3)
{
    const int NameBytesMin = 2;

    protected override void Answer(Request request, WireReader reader, WireWriter writer)
    {
        var count = reader.ReadCount(NameBytesMin);
        if (request.Version >= 1)
            writer.WriteInt32(0);
        writer.WriteCount(count);
        for (; count > 0; count--)
        {
            var name = reader.ReadString();
            var error = services.Topics.Delete(name);
            if (error == KafkaError.None)
                error = services.Groups.Offsets.Delete(group: null, key => key.Topic == name);
            writer.WriteString(name);
            writer.WriteError(error);
        }
    }
}
