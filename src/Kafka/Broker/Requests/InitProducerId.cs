using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Gives an idempotent producer its id. Transactional ones are refused for good: there are no
/// transactions.</summary>
sealed class InitProducerId(BrokerServices services) : ImmediateHandler(ApiKey.InitProducerId, 0, 1)
{
    protected override void Answer(Request request, WireReader reader, WireWriter writer)
    {
        var isTransactional = reader.ReadNullableString() is not null;
        writer.WriteInt32(0);
        writer.WriteError(isTransactional ? KafkaError.TransactionalIdAuthorizationFailed : KafkaError.None);
        writer.WriteInt64(isTransactional ? -1 : services.ProducerIds.Next());
        writer.WriteInt16(isTransactional ? (short)-1 : (short)0);
    }
}
