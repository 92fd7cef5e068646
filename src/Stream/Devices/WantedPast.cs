namespace Tapline.Streaming.Devices;

/// <summary>The names of devices' messages for which the history has to be asked.</summary>
sealed class WantedPast
{
    readonly Dictionary<string, (byte[] Device, byte[] Identity)> _names = new(StringComparer.Ordinal);

    /// <summary>What the names are in SQL, as hexadecimal digits of device and identity with a colon between.</summary>
    public IReadOnlyCollection<string> Keys => _names.Keys;

    /// <summary>The names.</summary>
    public IEnumerable<(byte[] Device, byte[] Identity)> Names => _names.Values;

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => _names.Count == 0;

    /// <summary>Adds a name.</summary>
    public void Add(ReadOnlySpan<byte> device, ReadOnlySpan<byte> identity) => _names.TryAdd(
        $"{Convert.ToHexString(device)}:{Convert.ToHexString(identity)}", (device.ToArray(), identity.ToArray()));

    /// <summary>Forgets all.</summary>
    public void Clear() => _names.Clear();
}
