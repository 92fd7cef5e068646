using System.Globalization;
using Tapline.Contracts;

namespace Tapline.Kafka.Client;

/// <summary>Where a broker listens.</summary>
readonly record struct BrokerAddress(string Host, int Port)
{
    const int DefaultPort = 9092;

    /// <summary>Reads <c>host:port,host:port</c>; a port left out is 9092.</summary>
    public static IReadOnlyList<BrokerAddress> ParseList(string servers)
    {
        var parts = servers.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return parts.Length > 0
            ? [.. parts.Select(Parse)]
            : throw new TaplineException("no kafka server is given", "Name at least one as host:port.");
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Host}:{Port}";

    static BrokerAddress Parse(string text)
    {
        // librdkafka takes "PLAINTEXT://host:port" too, so that one setting serves both.
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        var address = scheme < 0 ? text : text[(scheme + 3)..];
        var colon = address.LastIndexOf(':');
        if (colon < 0 || address.EndsWith(']'))
            return new BrokerAddress(address.Trim('[', ']'), DefaultPort);
        return ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? new BrokerAddress(address[..colon].Trim('[', ']'), port)
            : throw new TaplineException($"{text} is not a kafka server", "Write it as host:port.");
    }
}
