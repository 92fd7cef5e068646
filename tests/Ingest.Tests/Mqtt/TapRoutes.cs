using Tapline.Ingest.Mqtt.Bridge;

namespace Tapline.Ingest.Tests.Mqtt;

/// <summary>The bar business's routes.</summary>
static class TapRoutes
{
    public static MqttRoute Bar { get; } = new(
        "bar/v1/{account_id}/{location_id}/{device_id}/{stream}",
        new Dictionary<string, string>
        {
            ["pour"] = "pour", ["hb"] = "heartbeat", ["status"] = "status", ["alert"] = "alert",
        },
        key: "device_id", tenant: "account_id");

    public static MqttBridgeOptions Options { get; } = new()
    {
        Prefix = "bar", BridgeId = "b1", Routes = [Bar], Partitions = 4,
    };

    public static string Topic(string stream, string device = "d1") => $"bar/v1/a1/l1/{device}/{stream}";
}
