using System.Collections.Frozen;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Finds the handler of a request. What is not listed here the broker does not do: clients are told so by
/// <see cref="ApiVersions"/> and choose accordingly.</summary>
sealed class RequestTable
{
    readonly FrozenDictionary<ApiKey, ApiHandler> _handlers;

    public RequestTable(BrokerServices services)
    {
        List<ApiHandler> handlers =
        [
            new Produce(services), new Fetch(services), new ListOffsets(services), new Metadata(services),
            new OffsetCommit(services), new OffsetFetch(services), new FindCoordinator(services),
            new JoinGroup(services), new Heartbeat(services), new LeaveGroup(services), new SyncGroup(services),
            new DescribeGroups(services), new ListGroups(services), new DeleteGroups(services),
            new CreateTopics(services), new DeleteTopics(services), new CreatePartitions(services),
            new DeleteRecords(services), new DescribeConfigs(services), new AlterConfigs(services),
            new InitProducerId(services),
        ];
        handlers.Add(new ApiVersions([.. handlers.Select(offer => (offer.Api, offer.VersionMin, offer.VersionMax))]));
        _handlers = handlers.ToFrozenDictionary(handler => handler.Api);
    }

    /// <summary>Writes a request's answer; false when the client wants none. Throws
    /// <see cref="MalformedMessageException"/> on what no handler takes.</summary>
    public ValueTask<bool> AnswerAsync(Request request, ResponseBuffer response, CancellationToken ct)
    {
        if (!_handlers.TryGetValue(request.Api, out var handler))
            throw new MalformedMessageException($"request {(short)request.Api} is not offered");
        // A client asks for versions in a version that the broker may not know: that one is answered all the same.
        if ((request.Version < handler.VersionMin || request.Version > handler.VersionMax)
            && request.Api != ApiKey.ApiVersions)
            throw new MalformedMessageException($"request {request.Api} version {request.Version} where"
                + $" {handler.VersionMin} to {handler.VersionMax} are offered");
        return handler.AnswerAsync(request, response, ct);
    }
}
