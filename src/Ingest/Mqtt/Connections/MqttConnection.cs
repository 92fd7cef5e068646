using System.IO.Pipelines;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Mqtt.Connections;

/// <summary>Packets over a stream of bytes, in both directions. One task reads; any may send.</summary>
sealed class MqttConnection : IAsyncDisposable
{
    static readonly StreamPipeReaderOptions ReaderOptions = new(
        bufferSize: 4096, minimumReadSize: 512, leaveOpen: true, useZeroByteReads: true);

    const int KeptBytesMax = 4096;

    readonly Stream _stream;
    readonly PipeReader _reader;
    readonly PacketOutput _output;
    readonly int _packetBytesMax;
    readonly TimeProvider _time;
    long _lastReadAt;

    /// <summary>A connection over a stream, which it owns.</summary>
    /// <param name="stream">Connected, with TLS done.</param>
    /// <param name="packetBytesMax">The largest packet that is read.</param>
    /// <param name="time">The clock by which silence is measured.</param>
    public MqttConnection(Stream stream, int packetBytesMax, TimeProvider time)
    {
        _stream = stream;
        _reader = PipeReader.Create(stream, ReaderOptions);
        _output = new PacketOutput(stream, KeptBytesMax);
        _packetBytesMax = packetBytesMax;
        _time = time;
        _lastReadAt = time.GetTimestamp();
    }

    /// <summary>The version that CONNECT has agreed on.</summary>
    public MqttVersion Version { get; set; } = MqttVersion.V5;

    /// <summary>The largest packet that the peer takes.</summary>
    public uint PeerBytesMax { get; set; } = uint.MaxValue;

    /// <summary>Bytes that wait to be sent.</summary>
    public int PendingBytes => _output.PendingBytes;

    /// <summary>How long nothing has come.</summary>
    public TimeSpan Silence => _time.GetElapsedTime(Volatile.Read(ref _lastReadAt));

    /// <summary>The next packet; null at the end. Throws <see cref="MalformedPacketException"/> for bytes that are no
    /// packet.</summary>
    public async ValueTask<IMqttPacket?> ReadAsync(CancellationToken ct)
    {
        while (true)
        {
            if (!_reader.TryRead(out var read))
                read = await _reader.ReadAsync(ct);
            Volatile.Write(ref _lastReadAt, _time.GetTimestamp());
            var bytes = read.Buffer;
            var packet = PacketCodec.TryRead(ref bytes, Version, _packetBytesMax);
            // What is not whole has been looked at to its end: the next read waits for more.
            _reader.AdvanceTo(bytes.Start, packet is null ? bytes.End : bytes.Start);
            if (packet is not null)
                return packet;
            if (read.IsCompleted)
                return null;
        }
    }

    /// <summary>Queues a packet. False when the peer does not take one of this size, or is gone.</summary>
    public bool TrySend(IMqttPacket packet) => _output.TrySend(packet, Version, PeerBytesMax);

    /// <summary>Sends what waits, then closes for writing; gives up after a while.</summary>
    public async Task CompleteAsync(TimeSpan wait)
    {
        try
        {
            await _output.CompleteAsync().WaitAsync(wait, _time);
        }
        catch (TimeoutException)
        {
            // A peer that does not read is left.
        }
    }

    /// <summary>Ends the connection at once; a read under way fails.</summary>
    public void Abort() => _stream.Dispose();

    public async ValueTask DisposeAsync()
    {
        await _reader.CompleteAsync();
        await _stream.DisposeAsync();
    }
}
