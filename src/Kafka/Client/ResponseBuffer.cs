using System.Buffers.Binary;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Client;

/// <summary>The memory of one answer, used again for the next. An answer longer than <paramref name="lengthMax"/> is
/// refused before room is made for it.</summary>
sealed class ResponseBuffer(int lengthMax)
{
    const int InitialBytes = 64 << 10;
    const int CorrelationBytes = sizeof(int);

    byte[] _bytes = [];
    int _start;
    int _end;

    /// <summary>The answer without its length; without its correlation id once that is skipped.</summary>
    public ReadOnlyMemory<byte> Frame => _bytes.AsMemory(_start, _end - _start);

    public void Clear()
    {
        if (_bytes.Length == 0)
            _bytes = GC.AllocateUninitializedArray<byte>(InitialBytes);
        (_start, _end) = (0, 0);
    }

    /// <summary>Where the next received bytes go.</summary>
    public Memory<byte> Room(int received) => _bytes.AsMemory(received);

    /// <summary>Reads the length in front, makes room for the whole and says how many bytes that is.</summary>
    public int Expect(int received)
    {
        var length = BinaryPrimitives.ReadInt32BigEndian(_bytes);
        if (length < CorrelationBytes || length > lengthMax)
            throw new MalformedMessageException($"an answer of {length} bytes where {lengthMax} are the most");
        _start = sizeof(int);
        _end = _start + length;
        if (_end > _bytes.Length)
        {
            var larger = GC.AllocateUninitializedArray<byte>(_end + (_end >> 2));
            _bytes.AsSpan(0, received).CopyTo(larger);
            _bytes = larger;
        }
        return _end;
    }

    public void SkipCorrelationId() => _start += CorrelationBytes;
}
