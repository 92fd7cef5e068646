using Confluent.Kafka;
using Tapline.Kafka.Client;

namespace Tapline.Kafka.Tests.Client;

/// <summary>librdkafka's own cluster in memory: another implementation of the protocol than ours. It creates topics
/// with four partitions when they are first produced to, and has no administration.</summary>
sealed class MockCluster : IDisposable
{
    readonly IProducer<Null, Null> _host;

    public MockCluster()
    {
        Librdkafka.EnsureLoaded();
        _host = new ProducerBuilder<Null, Null>([new("test.mock.num.brokers", "1")]).Build();
        var broker = new DependentAdminClientBuilder(_host.Handle).Build()
            .GetMetadata(TimeSpan.FromSeconds(10)).Brokers[0];
        Servers = $"{broker.Host}:{broker.Port}";
    }

    public string Servers { get; }

    public void Dispose() => _host.Dispose();
}
