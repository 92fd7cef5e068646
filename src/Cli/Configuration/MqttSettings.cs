using System.Collections.Immutable;
using System.Net;
using Tapline.Contracts;
using Tapline.Ingest.Mqtt.Bridge;
using Tapline.Ingest.Mqtt.Listener;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Cli.Configuration;

/// <summary>Reads how devices come in.</summary>
static class MqttSettings
{
    const int PortPlain = 1883;
    const int PortSecure = 8883;
    const int PayloadBytesMaxDefault = 4096;
    const int PartitionsMax = 1024;

    /// <summary>The devices of a configuration file that lies in a folder; null when it has none.</summary>
    public static MqttConfig? Read(ConfigSection root, string folder)
    {
        if (root.Section("mqtt") is not { } mqtt)
            return null;
        var routes = Routes(mqtt);
        var config = new MqttConfig(
            routes, mqtt.Integer("payload_bytes_max", PayloadBytesMaxDefault, 64, 1 << 20),
            Listen(mqtt, folder, routes), Broker(mqtt, folder, root.Text("pipeline", "tapline")))
        {
            Partitions = mqtt.Integer("partitions", 1, 1, PartitionsMax),
        };
        if (!mqtt.Has("listen") && !mqtt.Has("broker"))
            root.Reject("mqtt", "needs listen (devices connect to us), broker (we connect to a broker), or both");
        mqtt.Close();
        return config;
    }

    static ImmutableArray<MqttRoute> Routes(ConfigSection mqtt)
    {
        var routes = ImmutableArray.CreateBuilder<MqttRoute>();
        var section = mqtt.Section("routes");
        foreach (var name in section?.Names() ?? [])
        {
            if (section!.Section(name) is not { } route)
                continue;
            var streams = route.Section("streams")?.Everything() ?? new Dictionary<string, string>();
            var (topic, key) = (route.Text("topic"), route.Text("key", "device_id"));
            var tenant = route.Has("tenant") ? route.Text("tenant") : null;
            foreach (var stream in streams.Values.Where(static stream => !IsWord(stream)))
                route.Reject("streams", $"must name streams by letters, digits, _ and -, found \"{stream}\"");
            if (streams.Count == 0)
                route.Reject("streams", "must name one stream at least, as on the topic and as in the log");
            try
            {
                if (topic.Length > 0 && streams.Count > 0)
                    routes.Add(new MqttRoute(topic, streams, key, tenant));
            }
            catch (TaplineException wrong)
            {
                route.Reject("topic", wrong.Message);
            }
            route.Close();
        }
        if (section is null || section.Names().Count == 0)
            mqtt.Reject("routes", "must name one route at least");
        return routes.ToImmutable();
    }

    static MqttListenConfig? Listen(ConfigSection mqtt, string folder, ImmutableArray<MqttRoute> routes)
    {
        if (mqtt.Section("listen") is not { } listen)
            return null;
        var certificate = File(listen, folder, "certificate");
        var address = listen.Text("address", "127.0.0.1");
        if (!IPEndPoint.TryParse(address, out var endpoint))
        {
            listen.Reject("address", $"must be an address like 127.0.0.1:1883, found \"{address}\"");
            endpoint = new IPEndPoint(IPAddress.Loopback, 0);
        }
        else if (endpoint.Port == 0 && !address.EndsWith(":0", StringComparison.Ordinal))
        {
            endpoint.Port = certificate is null ? PortPlain : PortSecure;
        }
        var passwords = File(listen, folder, "passwords");
        var authorities = File(listen, folder, "client_ca");
        if (passwords is null && authorities is null && !IPAddress.IsLoopback(endpoint.Address))
            listen.Reject("address", "is open to the network: it needs passwords or client_ca");
        if (certificate is null && (authorities is not null || listen.Has("key")))
            listen.Reject("certificate", "is missing: key and client_ca belong to it");
        var isOpen = passwords is null && authorities is null;
        var config = new MqttListenConfig(
            endpoint, certificate, File(listen, folder, "key"), authorities, passwords,
            Rules(listen) ?? (isOpen ? TopicRules.Open : TopicRules.Own(routes)))
        {
            ConnectionsMax = listen.Integer("connections_max", 20_000, 1, 1_000_000),
        };
        listen.Close();
        return config;
    }

    static TopicRules? Rules(ConfigSection listen)
    {
        if (listen.Section("rules") is not { } section)
            return null;
        var rules = ImmutableArray.CreateBuilder<TopicRule>();
        foreach (var name in section.Names())
        {
            if (section.Section(name) is not { } rule)
                continue;
            rules.Add(new TopicRule(
                [.. rule.Texts("users", [])], [.. rule.Texts("publish", [])], [.. rule.Texts("subscribe", [])]));
            rule.Close();
        }
        return new TopicRules(rules.ToImmutable());
    }

    static MqttBrokerConfig? Broker(ConfigSection mqtt, string folder, string pipeline)
    {
        if (mqtt.Section("broker") is not { } broker)
            return null;
        var address = broker.Text("address");
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("mqtt" or "mqtts")
            || url.UserInfo.Length > 0)
        {
            broker.Reject("address", "must be mqtt://host:port or mqtts://host:port, without user or password");
            url = new Uri("mqtt://127.0.0.1");
        }
        var port = url.Port > 0 ? url.Port : url.Scheme == "mqtts" ? PortSecure : PortPlain;
        var config = new MqttBrokerConfig(
            new UriBuilder(url) { Port = port }.Uri,
            broker.Text("client_id", $"tapline-{pipeline}"),
            broker.Has("user") ? broker.Text("user") : null,
            broker.Has("password") ? broker.Text("password") : null,
            broker.Choice("version", MqttVersion.V5, ("5", MqttVersion.V5), ("3.1.1", MqttVersion.V311)),
            broker.Has("share") ? broker.Text("share") : null,
            File(broker, folder, "ca_file"), File(broker, folder, "certificate"), File(broker, folder, "key"));
        broker.Close();
        return config;
    }

    static string? File(ConfigSection section, string folder, string key) =>
        section.Has(key) ? Path.Combine(folder, section.Text(key)) : null;

    static bool IsWord(string text) =>
        text.Length is > 0 and <= 64 && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
}
