using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Mqtt.Connections;

/// <summary>Sends packets in the order in which they are given. What is given while a write is under way goes out
/// together in the next one. Safe to call from any thread; never waits.</summary>
sealed class PacketOutput(Stream stream, int keptBytesMax)
{
    readonly Lock _lock = new();
    PacketWriter _open = new();
    PacketWriter _writing = new();
    Task _writer = Task.CompletedTask;
    bool _isWriting;
    bool _isClosed;

    /// <summary>Bytes that wait.</summary>
    public int PendingBytes
    {
        get
        {
            lock (_lock)
                return _open.Count;
        }
    }

    /// <summary>Queues a packet. False when it is larger than <paramref name="bytesMax"/>, or the connection is over:
    /// then it is not sent.</summary>
    public bool TrySend(IMqttPacket packet, MqttVersion version, uint bytesMax = uint.MaxValue)
    {
        lock (_lock)
        {
            if (_isClosed)
                return false;
            if ((uint)packet.Write(_open, version) > bytesMax)
            {
                _open.Undo();
                return false;
            }
            if (!_isWriting)
            {
                _isWriting = true;
                _writer = WriteAsync();
            }
            return true;
        }
    }

    /// <summary>Takes no more packets and waits until those taken are written or the connection has failed.</summary>
    public Task CompleteAsync()
    {
        lock (_lock)
        {
            _isClosed = true;
            return _writer;
        }
    }

    async Task WriteAsync()
    {
        await Task.Yield();
        try
        {
            while (TakeOpen())
                await stream.WriteAsync(_writing.Written);
        }
        catch (Exception failure) when (ConnectionEnd.IsOne(failure))
        {
            // The reading side sees it too, and ends the connection.
            lock (_lock)
                _isClosed = true;
        }
    }

    bool TakeOpen()
    {
        lock (_lock)
        {
            _writing.Clear(keptBytesMax);
            if (_open.Count == 0)
            {
                _isWriting = false;
                return false;
            }
            (_open, _writing) = (_writing, _open);
            return true;
        }
    }
}
