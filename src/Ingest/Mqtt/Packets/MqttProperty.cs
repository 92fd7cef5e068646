namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>One property. Which of the values it has follows from its form.</summary>
readonly record struct MqttProperty(PropertyId Id, uint Number)
{
    public MqttProperty(PropertyId id, string text, string? name = null)
        : this(id, 0)
    {
        Text = text;
        Name = name;
    }

    public MqttProperty(PropertyId id, byte[] bytes)
        : this(id, 0) => Bytes = bytes;

    /// <summary>A text, or the value of a user property.</summary>
    public string? Text { get; }

    /// <summary>The name of a user property.</summary>
    public string? Name { get; }

    public byte[]? Bytes { get; }
}
