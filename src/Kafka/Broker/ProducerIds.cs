using System.Buffers.Binary;
using Tapline.Kafka.Broker.Log;

namespace Tapline.Kafka.Broker;

/// <summary>Gives out producer ids that no earlier run gave: whole blocks are noted on disk before the first is
/// used.</summary>
sealed class ProducerIds(string folder)
{
    const int BlockSize = 1000;

    readonly Lock _giving = new();
    readonly string _path = Path.Combine(folder, "producer-ids");
    long _next;
    long _blockEnd;

    public long Next()
    {
        lock (_giving)
        {
            if (_next == _blockEnd)
            {
                _next = File.Exists(_path) ? BinaryPrimitives.ReadInt64BigEndian(File.ReadAllBytes(_path)) : 0;
                _blockEnd = _next + BlockSize;
                Span<byte> end = stackalloc byte[sizeof(long)];
                BinaryPrimitives.WriteInt64BigEndian(end, _blockEnd);
                AtomicFile.Write(_path, end);
            }
            return _next++;
        }
    }
}
