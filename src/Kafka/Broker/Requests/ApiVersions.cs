using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Tells what the broker understands. Version 3 is flexible, but its answer's head never is
/// (https://kafka.apache.org/protocol#The_Messages_ApiVersions); a higher one is refused in version 0.</summary>
sealed class ApiVersions(IReadOnlyList<(ApiKey Api, short Min, short Max)> others)
    : ImmediateHandler(ApiKey.ApiVersions, 0, 3)
{
    readonly IReadOnlyList<(ApiKey Api, short Min, short Max)> _all = [.. others, (ApiKey.ApiVersions, 0, 3)];

    protected override void Answer(Request request, WireReader reader, WireWriter writer)
    {
        var isKnown = request.Version >= 0 && request.Version <= VersionMax;
        var isFlexible = isKnown && request.Version >= 3;
        writer.WriteError(isKnown ? KafkaError.None : KafkaError.UnsupportedVersion);
        if (isFlexible)
            writer.WriteUnsignedVarint((uint)_all.Count + 1);
        else
            writer.WriteCount(_all.Count);
        foreach (var (api, min, max) in _all)
        {
            writer.WriteInt16((short)api);
            writer.WriteInt16(min);
            writer.WriteInt16(max);
            if (isFlexible)
                writer.WriteNoTaggedFields();
        }
        if (isKnown && request.Version >= 1)
            writer.WriteInt32(0);
        if (isFlexible)
            writer.WriteNoTaggedFields();
    }
}
