using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>One request, its head read and its body still in the connection's memory.</summary>
sealed record Request(
    ApiKey Api, short Version, int CorrelationId, string ClientId, string ClientHost, ReadOnlyMemory<byte> Body)
{
    /// <summary>A reader at the body's start.</summary>
    public WireReader Reader => new(Body.Span);
}
