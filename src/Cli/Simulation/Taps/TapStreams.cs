using Tapline.Ingest.Mqtt.Bridge;

namespace Tapline.Cli.Simulation.Taps;

/// <summary>What the taps' topics are called.</summary>
static class TapStreams
{
    public const string Pour = "pour";
    public const string Heartbeat = "heartbeat";
    public const string Status = "status";
    public const string Alert = "alert";

    /// <summary>How their topics become records.</summary>
    public static MqttRoute Route { get; } = new(
        "bar/v1/{account_id}/{location_id}/{device_id}/{stream}",
        new Dictionary<string, string>
        {
            [Pour] = Pour, ["hb"] = Heartbeat, [Status] = Status, [Alert] = Alert,
        },
        key: "device_id", tenant: "account_id");

    /// <summary>The last word of a stream's MQTT topics.</summary>
    public static string Word(string stream) => stream == Heartbeat ? "hb" : stream;
}
