namespace Tapline.Ingest.Mqtt.Bridge;

/// <summary>Why a message is of no use.</summary>
static class DeadLetterReason
{
    public const string UnknownTopic = "unknown_topic";
    public const string UnknownStream = "unknown_stream";
    public const string TooLarge = "too_large";
    public const string NotJson = "not_json";
    public const string NotAnObject = "not_an_object";
}
