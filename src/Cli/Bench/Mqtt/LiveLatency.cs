using System.Globalization;
using System.Text;
using System.Text.Json;
using Tapline.Contracts;
using Tapline.Contracts.Log;

namespace Tapline.Cli.Bench.Mqtt;

/// <summary>How long a device's message takes to the window's result in which it counts: devices publish at an even
/// rate, and the results' topic is read beside them. Both ends stand on one clock.</summary>
sealed class LiveLatency(MqttPipeline pipeline, DeviceLoad load, int perSecond, TimeProvider time)
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);
    static readonly TimeSpan PollWait = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan LastWait = TimeSpan.FromSeconds(30);
    static readonly byte[] DeviceField = "device_id"u8.ToArray();

    // Of each device, when those of its messages were sent that no result has yet; in their order.
    readonly Queue<long>[] _open = [.. Enumerable.Range(0, load.Count).Select(static _ => new Queue<long>())];
    readonly Dictionary<string, int> _devices =
        Enumerable.Range(0, load.Count).ToDictionary(DeviceLoad.NameOf, StringComparer.Ordinal);
    readonly List<double> _tookMs = [];
    readonly long _began = time.GetTimestamp();
    long _sent;
    bool _isMeasuring;

    long NowUs => (long)time.GetElapsedTime(_began).TotalMicroseconds;

    /// <summary>Publishes so many messages, after as many that do not count as take a program to get warm; what each
    /// of them took, milliseconds, ascending.</summary>
    public async Task<double[]> MeasureAsync(int warmUp, int messages, CancellationToken ct)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        List<Task> beside = [ReadAsync(stop.Token)];
        for (var device = 0; device < load.Count; device++)
            beside.Add(load.AcknowledgeAsync(device, stop.Token));
        var working = WorkAsync(warmUp, messages, ct);
        if (await Task.WhenAny([working, .. beside]) is var first && first != working)
            await first;
        await working;
        await stop.CancelAsync();
        await Task.WhenAll(beside).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return [.. _tookMs.Order()];
    }

    async Task WorkAsync(int warmUp, int messages, CancellationToken ct)
    {
        await PublishAsync(warmUp, ct);
        await DrainAsync(ct);
        _isMeasuring = true;
        await PublishAsync(messages, ct);
        await DrainAsync(ct);
    }

    async Task PublishAsync(int messages, CancellationToken ct)
    {
        var began = time.GetTimestamp();
        for (var sent = 0; sent < messages; await Task.Delay(Pause, time, ct))
        {
            var due = Math.Min(messages, (long)(time.GetElapsedTime(began).TotalSeconds * perSecond));
            for (; sent < due; sent++)
                Publish();
        }
    }

    void Publish()
    {
        var number = _sent++;
        var device = (int)(number % load.Count);
        var seq = number / load.Count;
        var sentUs = NowUs;
        lock (_open)
            _open[device].Enqueue(sentUs);
        var payload = string.Create(CultureInfo.InvariantCulture,
            $$"""{"boot_id":"b1","seq":{{seq}},"kind":"sale","pid":"Ale","volume_ml":481,"sent_us":{{sentUs}}}""");
        load.Publish(device, (ushort)(seq % ushort.MaxValue + 1), Encoding.UTF8.GetBytes(payload));
    }

    async Task DrainAsync(CancellationToken ct)
    {
        for (var began = time.GetTimestamp(); ; await Task.Delay(PollWait, time, ct))
        {
            lock (_open)
            {
                if (Array.TrueForAll(_open, static open => open.Count == 0))
                    return;
            }
            if (time.GetElapsedTime(began) > LastWait)
                throw new TaplineException("messages are in no window's result");
        }
    }

    async Task ReadAsync(CancellationToken ct)
    {
        await using var reader = pipeline.Log.OpenReader("bench-live");
        reader.Assign(MqttPipeline.Results, 0);
        while (true)
        {
            foreach (var chunk in await reader.PollAsync(PollWait, 8 << 20, ct))
            {
                var nowUs = NowUs;
                foreach (var slot in chunk.Slots.ToArray())
                    Take(chunk.Value(slot), nowUs);
            }
        }
    }

    void Take(ReadOnlySpan<byte> value, long nowUs)
    {
        var json = new Utf8JsonReader(value);
        var device = -1;
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName)
                continue;
            if (json.ValueTextEquals(DeviceField) && json.Read())
                device = _devices[json.GetString()!];
            else if (json.ValueTextEquals("sent_us"u8) && json.Read() && json.TokenType == JsonTokenType.Number)
                Close(device, json.GetInt64(), nowUs);
        }
    }

    void Close(int device, long untilUs, long nowUs)
    {
        lock (_open)
        {
            while (_open[device].TryPeek(out var sentUs) && sentUs <= untilUs)
            {
                _open[device].Dequeue();
                if (_isMeasuring)
                    _tookMs.Add((nowUs - sentUs) / 1000.0);
            }
        }
    }
}
