using System.Text.Json;
using System.Text.Unicode;

namespace Tapline.Ingest.Mqtt.Bridge;

/// <summary>What one look at a payload tells.</summary>
/// <param name="Reason">Why it is of no use; null when it is.</param>
/// <param name="HasOwnFields">Whether it has fields that the topic tells: the topic's hold.</param>
/// <param name="IsEmpty">Whether it has no field at all.</param>
readonly record struct PayloadFacts(string? Reason, bool HasOwnFields, bool IsEmpty)
{
    static readonly PayloadFacts NotJson =
        new(DeadLetterReason.NotJson, HasOwnFields: false, IsEmpty: false);

    /// <summary>Looks once over a payload.</summary>
    public static PayloadFacts Of(ReadOnlySpan<byte> payload, RouteTarget target)
    {
        if (!Utf8.IsValid(payload))
            return NotJson;
        try
        {
            return Read(payload, target);
        }
        catch (JsonException)
        {
            return NotJson;
        }
    }

    static PayloadFacts Read(ReadOnlySpan<byte> payload, RouteTarget target)
    {
        var facts = new PayloadFacts(null, HasOwnFields: false, IsEmpty: true);
        var reader = new Utf8JsonReader(payload);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return facts with { Reason = DeadLetterReason.NotAnObject };
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            facts = facts with { IsEmpty = false, HasOwnFields = facts.HasOwnFields || target.Tells(ref reader) };
            reader.Read();
            reader.Skip();
        }
        return reader.Read() ? facts with { Reason = DeadLetterReason.NotJson } : facts;
    }
}
