using Tapline.Ingest.Mqtt.Client;
using Tapline.Ingest.Mqtt.Connections;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Synthetic;

/// <summary>A device's connection to a broker or listener, by MQTT. What is not acknowledged when a connection ends is
/// sent again on the next, under its identifier.</summary>
sealed class MqttDeviceLink(string clientId, MqttDeviceNetwork network, FleetLedger ledger) : IDeviceLink
{
    const int WindowMax = 100;
    const int PendingBytesMax = 64 << 10;

    readonly Lock _lock = new();
    readonly List<(ushort Id, SyntheticMessage Message)> _inFlight = [];
    readonly Queue<SyntheticMessage> _waiting = new();

    // Of QoS 2: the other side has the messages, and may pass them on when they are released.
    readonly List<ushort> _released = [];
    MqttClient? _client;
    int _window;
    ushort _lastId;
    Stay? _stay;
    Task _running = Task.CompletedTask;

    int OwedCount => _inFlight.Count + _released.Count + _waiting.Count;

    public bool IsCongested
    {
        get
        {
            lock (_lock)
                return _client?.PendingBytes > PendingBytesMax;
        }
    }

    public Task OpenAsync(DeviceMessageBody? will)
    {
        var opened = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_stay is not null)
                return Task.CompletedTask;
            _stay = new Stay();
            ledger.AddOwed(OwedCount);
            _running = RunAsync(_running, will, opened, _stay, _stay.Stop.Token);
        }
        return opened.Task;
    }

    public bool Send(SyntheticMessage message)
    {
        lock (_lock)
        {
            if (message.Body.IsAcknowledged)
            {
                _waiting.Enqueue(message);
                if (_stay is not null)
                    ledger.AddOwed(1);
                SendWaiting();
                return true;
            }
            if (_client?.TrySend(Packet(message, 0)) != true)
                return false;
        }
        ledger.CountSent(message);
        return true;
    }

    public void Lose() => Stop(saysGoodbye: false);

    public void Leave() => Stop(saysGoodbye: true);

    public async ValueTask DisposeAsync()
    {
        Stop(saysGoodbye: false);
        await _running;
    }

    void Stop(bool saysGoodbye)
    {
        Stay? stay;
        lock (_lock)
        {
            stay = _stay;
            if (stay is null)
                return;
            _stay = null;
            stay.SaysGoodbye = saysGoodbye;
            ledger.AddOwed(-OwedCount);
        }
        stay.Stop.Cancel();
        stay.Stop.Dispose();
    }

    // From one Open to the Lose or Leave that ends it, over as many connections as that takes.
    async Task RunAsync(
        Task before, DeviceMessageBody? will, TaskCompletionSource opened, Stay stay, CancellationToken ct)
    {
        await before;
        var backoff = network.BackoffMin;
        while (!ct.IsCancellationRequested)
        {
            var reason = await TryServeAsync(will, stay, () =>
            {
                backoff = network.BackoffMin;
                opened.TrySetResult();
            }, ct);
            if (ct.IsCancellationRequested)
                break;
            ledger.CountEnding(reason);
            await Task.Delay(backoff, network.Time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            backoff = backoff * 2 < network.BackoffMax ? backoff * 2 : network.BackoffMax;
        }
        opened.TrySetCanceled(ct);
    }

    async Task<string> TryServeAsync(
        DeviceMessageBody? will, Stay stay, Action onConnected, CancellationToken ct)
    {
        try
        {
            await using var client = await network.ConnectAsync(clientId, will, ct);
            onConnected();
            Attach(client);
            try
            {
                return await ServeAsync(client, ct);
            }
            finally
            {
                Detach();
                if (ct.IsCancellationRequested && stay.SaysGoodbye)
                    await client.DisconnectAsync();
                else if (ct.IsCancellationRequested && will is not null)
                    ledger.CountWill(will);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return "";
        }
        catch (Exception end) when (end is MqttRefusedException or MalformedPacketException
            || ConnectionEnd.IsOne(end))
        {
            return end.Message;
        }
    }

    async Task<string> ServeAsync(MqttClient client, CancellationToken ct)
    {
        var reason = "it closed the connection";
        while (await client.ReadAsync(ct) is { } packet)
        {
            switch (packet)
            {
                case AcknowledgePacket { Type: PacketType.Pubcomp } completion:
                    Complete(completion.PacketId);
                    break;
                case AcknowledgePacket { Type: PacketType.Puback or PacketType.Pubrec } answer:
                    Take(answer);
                    break;
                case DisconnectPacket goodbye:
                    reason = $"it said {goodbye.Reason}";
                    break;
                default:
                    break; // Answers to pings.
            }
        }
        return reason;
    }

    void Attach(MqttClient client)
    {
        ledger.AddConnections(1);
        lock (_lock)
        {
            _client = client;
            _window = (int)Math.Min(
                client.Connack.Properties.Number(PropertyId.ReceiveMax) ?? ushort.MaxValue, WindowMax);
            // A session that was forgotten has nothing left to release.
            if (!client.Connack.IsSessionPresent)
                Forget(_released.Count);
            foreach (var id in _released)
                client.TrySend(new AcknowledgePacket(PacketType.Pubrel, id));
            foreach (var (id, message) in _inFlight)
            {
                client.TrySend(Packet(message, id));
                ledger.CountSent(message);
            }
            SendWaiting();
        }
    }

    // What was under way goes first on the next connection.
    void Detach()
    {
        ledger.AddConnections(-1);
        lock (_lock)
        {
            _client = null;
            foreach (var (_, message) in _inFlight)
                message.WasSent = true;
        }
    }

    // By PUBACK the message is through; by PUBREC the other side has it, and waits for its release.
    void Take(AcknowledgePacket answer)
    {
        SyntheticMessage message;
        var isTaken = answer.Reason < ReasonCode.UnspecifiedError;
        lock (_lock)
        {
            var at = _inFlight.FindIndex(one => one.Id == answer.PacketId);
            if (answer.Type == PacketType.Pubrec && isTaken)
                _client?.TrySend(new AcknowledgePacket(PacketType.Pubrel, answer.PacketId));
            if (at < 0)
                return;
            message = _inFlight[at].Message;
            _inFlight.RemoveAt(at);
            if (answer.Type == PacketType.Pubrec && isTaken)
                _released.Add(answer.PacketId);
            else if (_stay is not null)
                ledger.AddOwed(-1);
            SendWaiting();
        }
        if (isTaken)
            ledger.CountAcknowledged(message);
        else
            ledger.CountRefused();
    }

    void Complete(ushort id)
    {
        lock (_lock)
        {
            if (_released.IndexOf(id) is not (>= 0 and var at))
                return;
            (_released[at], _released[0]) = (_released[0], _released[at]);
            Forget(1);
            SendWaiting();
        }
    }

    void Forget(int count)
    {
        _released.RemoveRange(0, count);
        if (_stay is not null)
            ledger.AddOwed(-count);
    }

    void SendWaiting()
    {
        while (_client is { } client && _inFlight.Count + _released.Count < _window
            && _waiting.TryPeek(out var next))
        {
            var id = NextId();
            if (!client.TrySend(Packet(next, id)))
                return;
            _waiting.Dequeue();
            _inFlight.Add((id, next));
            ledger.CountSent(next);
        }
    }

    ushort NextId()
    {
        do
            _lastId = _lastId == ushort.MaxValue ? (ushort)1 : (ushort)(_lastId + 1);
        while (_inFlight.Exists(one => one.Id == _lastId) || _released.Contains(_lastId));
        return _lastId;
    }

    PublishPacket Packet(SyntheticMessage message, ushort id) =>
        new(network.MessageOf(message.Body), id, message.WasSent);

    // From one Open to the Lose or Leave that ends it; the next one may have begun before this one has said goodbye.
    sealed class Stay
    {
        public CancellationTokenSource Stop { get; } = new();

        public bool SaysGoodbye { get; set; }
    }
}
