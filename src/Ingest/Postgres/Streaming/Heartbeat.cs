using System.Globalization;
using System.Text;
using Tapline.Contracts.Log;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Streaming;

/// <summary>Writes Debezium's heartbeat records, by which readers tell a quiet source from a dead one.</summary>
sealed class Heartbeat(PostgresSourceOptions options, IEventProducer producer, TimeProvider time)
{
    /// <summary>Writes one at once and one each interval, until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        var topic = TopicNames.Heartbeat(options.Prefix);
        var key = Key(options.Prefix);
        using var timer = new PeriodicTimer(options.HeartbeatInterval, time);
        do
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
            var value = Encoding.ASCII.GetBytes($"{{\"ts_ms\":{now}}}");
            await producer.AppendAsync(new EventRecord(topic, key, value) { Partition = 0 }, ct);
        }
        while (await timer.WaitForNextTickAsync(ct));
    }

    static byte[] Key(string prefix)
    {
        var key = new JsonBuffer();
        key.Append("{\"serverName\":"u8);
        key.AppendString(Encoding.UTF8.GetBytes(prefix));
        key.Append((byte)'}');
        return key.Slice(0, key.Length).ToArray();
    }
}
