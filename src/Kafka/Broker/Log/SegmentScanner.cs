using System.Buffers;
using Microsoft.Win32.SafeHandles;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Log;

/// <summary>Walks the batches of a segment's file between two positions, through one pooled buffer.</summary>
sealed class SegmentScanner(SafeFileHandle file, long position, long end) : IDisposable
{
    const int WindowBytes = 256 << 10;

    byte[] _window = [];
    long _windowStart;
    int _windowLength;

    /// <summary>Where the batch stands that <see cref="MoveNext"/> stepped to; at the end, where the next
    /// would.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Its head.</summary>
    public RecordBatchHeader Header { get; private set; }

    /// <summary>Where the batch after it stands.</summary>
    public long NextPosition { get; private set; } = position;

    /// <summary>Steps to the next batch; false when no whole batch is left. Throws on bytes that are no
    /// batch.</summary>
    public bool MoveNext()
    {
        Position = NextPosition;
        if (end - Position < RecordBatchHeader.Size
            || !RecordBatchHeader.TryRead(Window(RecordBatchHeader.Size), out var header)
            || header.TotalBytes > end - Position)
            return false;
        Header = header;
        NextPosition = Position + header.TotalBytes;
        return true;
    }

    /// <summary>All bytes of the batch, until the next step.</summary>
    public ReadOnlySpan<byte> Batch => Window(Header.TotalBytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_window.Length > 0)
            ArrayPool<byte>.Shared.Return(_window);
        _window = [];
    }

    ReadOnlySpan<byte> Window(int count)
    {
        if (Position < _windowStart || Position + count > _windowStart + _windowLength)
            Fill(count);
        return _window.AsSpan((int)(Position - _windowStart), count);
    }

    void Fill(int count)
    {
        var wanted = (int)Math.Min(Math.Max(WindowBytes, count), end - Position);
        if (_window.Length < wanted)
        {
            Dispose();
            _window = ArrayPool<byte>.Shared.Rent(wanted);
        }
        _windowStart = Position;
        _windowLength = 0;
        while (_windowLength < wanted)
        {
            var read = RandomAccess.Read(file, _window.AsSpan(_windowLength, wanted - _windowLength),
                _windowStart + _windowLength);
            if (read == 0)
                break;
            _windowLength += read;
        }
        if (_windowLength < count)
            throw new MalformedMessageException($"the log ends at {_windowStart + _windowLength} where {count} bytes"
                + $" are wanted from {Position}");
    }
}
