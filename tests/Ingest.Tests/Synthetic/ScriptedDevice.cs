using System.Globalization;
using System.Text;
using Tapline.Ingest.Synthetic;

namespace Tapline.Ingest.Tests.Synthetic;

/// <summary>A device that publishes once a second, and does what a script says at some of them.</summary>
sealed class ScriptedDevice(int index, Func<int, Func<long, DeviceStep>?>? script = null) : SyntheticDevice
{
    int _second = -1;

    public override int Index => index;

    public override string ClientId => $"d{index}";

    public static DateTimeOffset Start { get; } = DateTimeOffset.FromUnixTimeSeconds(1_750_000_000);

    public static DeviceMessageBody Will(string client) => Body(client, """{"will":true}""");

    public override DeviceStep Next()
    {
        var (at, second) = (Start.ToUnixTimeMilliseconds() + Math.Max(0, _second) * 1000L, _second++);
        if (second < 0)
            return new DeviceStep.Connect(at, Will(ClientId));
        return script?.Invoke(second)?.Invoke(at) ?? new DeviceStep.Publish(at,
            Body(ClientId, string.Create(CultureInfo.InvariantCulture, $$"""{"seq":{{second}}}""")),
            DeviceFaults.None);
    }

    static DeviceMessageBody Body(string client, string payload) => new(
        "pour", $"bar/v1/a/l/{client}/pour", Encoding.UTF8.GetBytes(payload), IsAcknowledged: true, IsRetained: false);
}
