using System.Collections.Immutable;
using Tapline.Contracts.Log;
using Tapline.Lakehouse.Delta;
using Tapline.Streaming.Epochs;
using Tapline.Streaming.Lanes;
using Tapline.Streaming.Quarantine;

namespace Tapline.Streaming.Devices;

/// <summary>The streams of device messages of a lane. What was there before is known over all of them, by what the lake
/// has committed. Owned by the lane's task.</summary>
sealed class DeviceStreams(StreamOptions options, LaneServices services, QuarantineBuffer quarantine)
    : IAsyncDisposable
{
    // A device that went away is noticed within this time, one that has come within that of the discovery.
    static readonly TimeSpan RegistryInterval = TimeSpan.FromSeconds(30);

    const string RootStart = "history/iot_";

    readonly SortedDictionary<string, DeviceStream> _streams = new(StringComparer.Ordinal);
    readonly DeviceTimes _times = new(options.Sources.Devices);
    readonly DevicePast _past = new(services);
    readonly WantedPast _wanted = new();
    readonly Dictionary<string, long> _versions = new(StringComparer.Ordinal);
    DeviceRegistry _registry = new(options, services);
    ParkedDevices _parked = new(options, services);
    SeenDevices _seen = new();
    long _lookedAt = services.Time.GetTimestamp();

    /// <summary>All streams, by name.</summary>
    public IReadOnlyCollection<DeviceStream> All => _streams.Values;

    /// <summary>Bytes that the open epoch holds.</summary>
    public long ByteCount
    {
        get
        {
            long sum = 0;
            foreach (var stream in _streams.Values)
                sum += stream.Accepted.ByteCount;
            return sum;
        }
    }

    /// <summary>The streams that there were when the epoch was closed.</summary>
    public ImmutableArray<DeviceStream> Closed { get; private set; } = [];

    /// <summary>The devices that the closed epoch has found unknown.</summary>
    public ImmutableArray<string> ClosedUnknown { get; private set; } = [];

    /// <summary>Whether messages can be applied: the table of devices is not behind.</summary>
    public bool IsReady => _registry.IsReady;

    /// <summary>The folder of a stream's table.</summary>
    public static string RootOf(string name) => RootStart + name;

    /// <summary>The stream whose table lies in a folder; null for another table's.</summary>
    public static string? NameOf(string root) =>
        root.StartsWith(RootStart, StringComparison.Ordinal) ? root[RootStart.Length..] : null;

    /// <summary>Whether a topic has device messages.</summary>
    public bool IsItsTopic(string topic) => TopicNames.DeviceStream(options.Prefix, topic) is not null;

    /// <summary>Takes over what the lake has at some versions of its tables, and forgets all else.</summary>
    public async Task LoadAsync(IReadOnlyDictionary<string, long> versions, CancellationToken ct)
    {
        KeepVersions(versions);
        _streams.Clear();
        _seen = new SeenDevices();
        _registry = new DeviceRegistry(options, services);
        await _parked.DisposeAsync();
        _parked = new ParkedDevices(options, services);
        if (_registry.IsDeclared)
            await _parked.LoadAsync(_versions, ct);
        await _past.LoadAsync(_versions, _seen, ct);
        _seen.Close();
        _seen.Settle();
        foreach (var root in _versions.Keys)
        {
            if (NameOf(root) is { } name)
                await OpenAsync(name, ct);
        }
    }

    /// <summary>Takes note that an epoch is repeated, which its first writer began.</summary>
    public void Repeat(EpochIntent intent) => _registry.Repeat(intent.UnknownDevices ?? []);

    /// <summary>Looks what the table of devices has, whose messages wait for it, and sends those back that wait for no
    /// more than their device.</summary>
    /// <param name="isBetweenEpochs">Whether nothing belongs to the open epoch yet.</param>
    /// <param name="ct">Ends it.</param>
    public async Task LookAsync(bool isBetweenEpochs, CancellationToken ct)
    {
        if (!_registry.IsReady)
            await _registry.LookWhetherReadyAsync(ct);
        var interval = _parked.Any ? options.DiscoveryInterval : RegistryInterval;
        if (!_registry.IsDeclared || services.Time.GetElapsedTime(_lookedAt) < interval)
            return;
        _lookedAt = services.Time.GetTimestamp();
        await _registry.ReadAsync(ct);
        if (isBetweenEpochs)
            _registry.Settle();
        var sent = await _parked.SendBackAsync(_registry.Has, _versions, ct);
        if (sent > 0)
            services.Logger.ParkedSentBack(options.Lane, sent);
    }

    /// <summary>Applies a message.</summary>
    /// <param name="chunk">Where it lies.</param>
    /// <param name="slot">The message.</param>
    /// <param name="isAlone">Whether those after it in its chunk are none of its stream.</param>
    /// <param name="ct">Ends it.</param>
    public async ValueTask<DeviceOutcome> ApplyAsync(
        RecordChunk chunk, RecordSlot slot, bool isAlone, CancellationToken ct)
    {
        var name = TopicNames.DeviceStream(options.Prefix, chunk.Partition.Topic)!;
        var stream = _streams.GetValueOrDefault(name) ?? await OpenAsync(name, ct);
        if (Math.Max(slot.KeyLength, 0) + (long)slot.ValueLength > options.MessageBytesMax)
        {
            stream.Reject(chunk, slot, QuarantineReason.TooLarge,
                $"{slot.ValueLength} bytes, at most {options.MessageBytesMax} are taken (stream.message_bytes_max)");
            return DeviceOutcome.Rejected;
        }
        while (true)
        {
            var outcome = stream.Apply(chunk, slot);
            if (outcome != DeviceOutcome.NeedsPast)
                return outcome;
            if (_registry.IsWanted)
                await _registry.ReadAsync(ct);
            if (_wanted.IsEmpty)
                continue;
            if (!isAlone)
                LookAhead(stream, chunk, slot.Offset);
            await _past.LoadAsync(_versions, _wanted, _seen, ct);
            _wanted.Clear();
        }
    }

    /// <summary>Asks the history, with the next message that has to, also for one that is applied later.</summary>
    public void LookAhead(RecordChunk chunk, in RecordSlot slot) => _streams.GetValueOrDefault(
        TopicNames.DeviceStream(options.Prefix, chunk.Partition.Topic)!)?.LookAhead(chunk, slot);

    /// <summary>Closes the epoch: what is applied from now on belongs to the next. The one before it must be in the
    /// lake.</summary>
    public void Close()
    {
        Closed = [.. _streams.Values];
        ClosedUnknown = [.. _registry.Unknown];
        foreach (var stream in Closed)
            stream.Close();
        _seen.Close();
        _parked.Close();
        _registry.Settle();
    }

    /// <summary>Takes note that the lake has the closed epoch, at some versions of its tables.</summary>
    public void Settle(IReadOnlyDictionary<string, long> versions)
    {
        KeepVersions(versions);
        _seen.Settle();
        _parked.Settle();
        foreach (var stream in Closed)
            stream.Closed.Clear();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _parked.DisposeAsync();

    // The history is asked once for all of a chunk.
    static void LookAhead(DeviceStream stream, RecordChunk chunk, long offset)
    {
        foreach (var slot in chunk.Slots.Span)
        {
            if (slot.Offset > offset)
                stream.LookAhead(chunk, slot);
        }
    }

    void KeepVersions(IReadOnlyDictionary<string, long> versions)
    {
        foreach (var (root, version) in versions)
        {
            if (NameOf(root) is not null || LakeTables.SharedRoots.Contains(root))
                _versions[root] = version;
        }
    }

    async Task<DeviceStream> OpenAsync(string name, CancellationToken ct)
    {
        var layout = new DeviceLayout(options.Sources.Devices.Stream(name));
        var root = RootOf(name);
        var table = await DeltaTable.OpenAsync(services.Lake, root, services.Delta, ct)
            ?? await DeltaTable.CreateAsync(
                services.Lake,
                root,
                new DeltaTableDefinition(layout.TableColumns)
                {
                    PartitionColumns = [DeviceLayout.DateColumn],
                    FileRetention = options.FileRetention,
                    LogRetention = options.LogRetention,
                },
                services.Delta,
                ct);
        layout.Check(root, table.Snapshot.Schema);
        var stream = new DeviceStream(name, layout, table, _times, _registry, _parked, _seen, _wanted, quarantine);
        _streams.Add(name, stream);
        return stream;
    }
}
