using System.Text;
using Tapline.Contracts;
using Tapline.Ingest.Mqtt.Client;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Cli.Bench.Mqtt;

/// <summary>Devices that publish as fast as they are let: each on a connection of its own, by QoS 1, with some messages
/// under way.</summary>
sealed class DeviceLoad : IAsyncDisposable
{
    const int ConnectingMax = 64;
    const int WindowMax = 20;
    const int SequenceDigits = 8;

    // A pour, as a tap tells it.
    const string Head =
        """{"v":1,"eid":"5f0c8f3e-41a7-4c1d-9f5f-1d1b0c6f2a10","boot_id":"d3b0a1c4-7a58-"""
        + """4b55-8d2e-90f1a6b7c8d9","conn_id":"0a1b2c3d-4e5f-4071-8293-a4b5c6d7e8f9","seq":1""";
    const string Tail =
        ""","ts":"2025-03-08T02:14:07.120Z","kind":"sale","op":"add","pid":"Pale """
        + """Ale","volume_ml":481,"target_ml":473,"dur_ms":6400,"amount_minor":750}""";

    readonly MqttClient[] _clients;
    readonly string[] _topics;

    DeviceLoad(MqttClient[] clients, string[] topics) => (_clients, _topics) = (clients, topics);

    /// <summary>Connects devices.</summary>
    public static async Task<DeviceLoad> ConnectAsync(int port, int count, TimeProvider time, CancellationToken ct)
    {
        var options = new MqttClientOptions
        {
            Host = "127.0.0.1", Port = port, KeepAlive = TimeSpan.FromMinutes(10),
            ConnectTimeout = TimeSpan.FromMinutes(1),
        };
        var load = new DeviceLoad(
            new MqttClient[count],
            [.. Enumerable.Range(0, count).Select(static n =>
                $"bar/v1/8c1f6a52-0000-4000-8000-{n / 8:d12}/1d2e3f40-0000-4000-8000-{n / 4:d12}/"
                + $"{ClientId(n)}/pour")]);
        try
        {
            await Parallel.ForAsync(
                0, count, new ParallelOptions { MaxDegreeOfParallelism = ConnectingMax, CancellationToken = ct },
                async (n, stop) => load._clients[n] = await MqttClient.ConnectAsync(
                    options, new ConnectPacket(options.Version, ClientId(n)) { IsCleanStart = true }, time, stop));
            return load;
        }
        catch
        {
            await load.DisposeAsync();
            throw;
        }
    }

    /// <summary>Publishes messages, shared out to the devices; completes when each was acknowledged.</summary>
    public Task PublishAsync(int messages, CancellationToken ct) =>
        Task.WhenAll(_clients.Select((client, n) => PublishAsync(
            client, _topics[n], messages / _clients.Length + (n < messages % _clients.Length ? 1 : 0), ct)));

    /// <summary>How many devices.</summary>
    public int Count => _clients.Length;

    /// <summary>The name of a device.</summary>
    public static string NameOf(int device) => ClientId(device);

    /// <summary>Publishes one message of a device, by QoS 1.</summary>
    public void Publish(int device, ushort id, byte[] payload) => _clients[device].TrySend(new PublishPacket(
        new MqttMessage(_topics[device], payload, QualityOfService.AtLeastOnce, IsRetained: false),
        id, IsDuplicate: false));

    /// <summary>Takes acknowledgements until cancelled.</summary>
    public async Task AcknowledgeAsync(int device, CancellationToken ct)
    {
        while (await _clients[device].ReadAsync(ct) is not null)
        {
            // Only that they come counts: what is on its way is limited by its rate.
        }
        throw new TaplineException("the listener has closed a device's connection");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            if (client is not null)
                await client.DisposeAsync();
        }
    }

    static string ClientId(int n) => $"70a1b2c3-0000-4000-8000-{n:d12}";

    static async Task PublishAsync(MqttClient client, string topic, int count, CancellationToken ct)
    {
        var (sent, acknowledged) = (0, 0);
        while (acknowledged < count)
        {
            for (; sent < count && sent - acknowledged < WindowMax; sent++)
            {
                client.TrySend(new PublishPacket(
                    new MqttMessage(topic, Payload(sent), QualityOfService.AtLeastOnce, IsRetained: false),
                    (ushort)(sent % ushort.MaxValue + 1), IsDuplicate: false));
            }
            switch (await client.ReadAsync(ct))
            {
                case AcknowledgePacket { Type: PacketType.Puback, Reason: < ReasonCode.UnspecifiedError }:
                    acknowledged++;
                    break;
                case PingPacket:
                    break;
                case var other:
                    throw new TaplineException($"a device got {other?.GetType().Name ?? "no answer"}");
            }
        }
    }

    static byte[] Payload(int sequence) =>
        Encoding.UTF8.GetBytes($"{Head}{sequence.ToString($"d{SequenceDigits}")}{Tail}");
}
