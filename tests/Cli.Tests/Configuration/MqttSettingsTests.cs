using System.Net;
using Tapline.Cli.Configuration;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Cli.Tests.Configuration;

public sealed class MqttSettingsTests
{
    const string Routes = """
        pipeline: bar
        mqtt:
          routes:
            taps:
              topic: bar/v1/{account_id}/{location_id}/{device_id}/{stream}
              streams: { pour: pour, hb: heartbeat }
              tenant: account_id
        """;

    [Fact]
    public void Without_the_section_there_are_no_devices() => Assert.Null(Parse("pipeline: bar").Mqtt);

    [Fact]
    public void A_whole_section_is_read_as_it_stands()
    {
        var mqtt = Parse($$"""
            {{Routes}}
              payload_bytes_max: 8192
              partitions: 6
              listen:
                address: 0.0.0.0
                certificate: server.pem
                key: /run/secrets/server.key
                client_ca: devices.pem
                passwords: passwords
              broker:
                address: mqtts://broker.example
                client_id: bridge-0
                user: bridge
                password: "${MQTT_PASSWORD}"
                version: 3.1.1
                share: bridge
                ca_file: ca.pem
            """, ("MQTT_PASSWORD", "secret")).Mqtt!;

        Assert.Equal(["bar/v1/+/+/+/hb", "bar/v1/+/+/+/pour"], Assert.Single(mqtt.Routes).Filters.Order());
        Assert.Equal(8192, mqtt.PayloadBytesMax);
        Assert.Equal(6, mqtt.Partitions);
        Assert.Equal(new IPEndPoint(IPAddress.Any, 8883), mqtt.Listen!.Endpoint);
        Assert.Equal(
            ("/home/bar/server.pem", "/run/secrets/server.key", "/home/bar/devices.pem", "/home/bar/passwords"),
            (mqtt.Listen.Certificate, mqtt.Listen.Key, mqtt.Listen.ClientAuthorities, mqtt.Listen.Passwords));
        Assert.Equal(
            new MqttBrokerConfig(new Uri("mqtts://broker.example:8883"), "bridge-0", "bridge", "secret",
                MqttVersion.V311, "bridge", "/home/bar/ca.pem", null, null),
            mqtt.Broker);
        Assert.DoesNotContain("secret", mqtt.Broker!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void By_default_devices_connect_to_the_loopback_address_only() =>
        Assert.Equal(
            new IPEndPoint(IPAddress.Loopback, 1883), Parse($"{Routes}\n  listen: {{}}").Mqtt!.Listen!.Endpoint);

    [Fact]
    public void Mistakes_are_told_together()
    {
        var problems = Problems("""
            pipeline: bar
            mqtt:
              routes:
                taps: { topic: "bar/{device_id}", streams: { pour: "a/b" } }
              listen: { address: 0.0.0.0:1883, key: k.pem }
              broker: { address: "mqtt://user:secret@host" }
            """);

        Assert.Equal(
        [
            "tapline.yaml:4: mqtt.routes.taps.streams must name streams by letters, digits, _ and -, found \"a/b\"",
            "tapline.yaml:4: mqtt.routes.taps.topic the MQTT route \"bar/{device_id}\" has no {stream}",
            "tapline.yaml:5: mqtt.listen.address is open to the network: it needs passwords or client_ca",
            "tapline.yaml:5: mqtt.listen.certificate is missing: key and client_ca belong to it",
            "tapline.yaml:6: mqtt.broker.address must be mqtt://host:port or mqtts://host:port, "
                + "without user or password",
        ], problems);
    }

    [Fact]
    public void A_section_that_leads_nowhere_is_refused() =>
        Assert.Equal(
            ["tapline.yaml:3: mqtt needs listen (devices connect to us), broker (we connect to a broker), or both"],
            Problems(Routes));

    static PipelineConfig Parse(string yaml, params (string Name, string Value)[] variables) =>
        ConfigFile.Parse(yaml, "tapline.yaml", "/home/bar",
            name => variables.FirstOrDefault(variable => variable.Name == name).Value);

    static IReadOnlyList<string> Problems(string yaml) =>
        Assert.Throws<ConfigException>(() => Parse(yaml)).Problems;
}
