using System.Diagnostics;
using Tapline.Ingest.Mqtt.Bridge;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Synthetic;

/// <summary>A device whose messages go straight to the log, as a listener would bring them there.</summary>
sealed class LogDeviceLink(MessagePump pump, TimeProvider time, FleetLedger ledger) : IDeviceLink, IMessageOrigin
{
    readonly Lock _lock = new();
    readonly Queue<SyntheticMessage> _waiting = new();
    readonly Queue<SyntheticMessage?> _given = new();
    DeviceMessageBody? _will;
    bool _isOpen;

    public bool IsCongested => false;

    public Task OpenAsync(DeviceMessageBody? will)
    {
        lock (_lock)
        {
            if (_isOpen)
                return Task.CompletedTask;
            _isOpen = true;
            _will = will;
            ledger.AddConnections(1);
            while (_waiting.TryDequeue(out var message))
                Give(message);
        }
        return Task.CompletedTask;
    }

    public bool Send(SyntheticMessage message)
    {
        lock (_lock)
        {
            if (_isOpen)
                Give(message);
            else if (message.Body.IsAcknowledged)
                _waiting.Enqueue(message);
            else
                return false;
            return true;
        }
    }

    public void Lose() => Stop(keepsWill: true);

    public void Leave() => Stop(keepsWill: false);

    public void Acknowledged(DeviceMessage message)
    {
        SyntheticMessage? first;
        lock (_lock)
            first = _given.Dequeue();
        ledger.AddOwed(-1);
        if (first?.Body.IsAcknowledged == true)
            ledger.CountAcknowledged(first);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    void Stop(bool keepsWill)
    {
        lock (_lock)
        {
            if (!_isOpen)
                return;
            _isOpen = false;
            ledger.AddConnections(-1);
            if (!keepsWill || _will is not { } will)
                return;
            ledger.CountWill(will);
            Give(MqttDeviceNetwork.MessageOf(will, QualityOfService.AtLeastOnce), null);
        }
    }

    void Give(SyntheticMessage message)
    {
        ledger.CountSent(message);
        Give(MqttDeviceNetwork.MessageOf(message.Body, QualityOfService.AtLeastOnce), message);
    }

    void Give(MqttMessage message, SyntheticMessage? from)
    {
        ledger.AddOwed(1);
        _given.Enqueue(from);
        var given = pump.GiveAsync(
            new DeviceMessage(message, 0, IsDuplicate: false, time.GetUtcNow(), this), CancellationToken.None);
        // The fleet stops long before the pump has no room.
        if (!given.IsCompletedSuccessfully)
            throw new UnreachableException("the log's bridge has no room");
    }
}
