using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Answers one kind of request in the versions that it names. A malformed body throws
/// <see cref="MalformedMessageException"/>, which ends the connection.</summary>
abstract class ApiHandler(ApiKey api, short versionMin, short versionMax)
{
    public ApiKey Api { get; } = api;
    public short VersionMin { get; } = versionMin;

    /// <summary>The highest version without flexible fields, or the highest that this broker means.</summary>
    public short VersionMax { get; } = versionMax;

    /// <summary>Writes the answer's body; false when the client wants none.</summary>
    public abstract ValueTask<bool> AnswerAsync(Request request, ResponseBuffer response, CancellationToken ct);
}

/// <summary>A handler that never waits.</summary>
abstract class ImmediateHandler(ApiKey api, short versionMin, short versionMax)
    : ApiHandler(api, versionMin, versionMax)
{
    public sealed override ValueTask<bool> AnswerAsync(Request request, ResponseBuffer response, CancellationToken ct)
    {
        Answer(request, request.Reader, new WireWriter(response));
        return ValueTask.FromResult(true);
    }

    /// <summary>Reads the body and writes the answer's.</summary>
    protected abstract void Answer(Request request, WireReader reader, WireWriter writer);
}
