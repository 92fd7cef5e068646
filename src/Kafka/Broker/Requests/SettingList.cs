namespace Tapline.Kafka.Broker.Requests;

/// <summary>Settings as requests carry them, where null stands for the default.</summary>
static class SettingList
{
    /// <summary>Those that have a value.</summary>
    public static Dictionary<string, string> Chosen(Dictionary<string, string?> settings) => settings
        .Where(setting => setting.Value is not null)
        .ToDictionary(setting => setting.Key, setting => setting.Value!);
}
