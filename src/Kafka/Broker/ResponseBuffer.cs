using System.Buffers;
using System.Buffers.Binary;

namespace Tapline.Kafka.Broker;

/// <summary>One answer on its way to a client, in pooled memory: lengths that are known later are reserved and
/// patched.</summary>
sealed class ResponseBuffer : IBufferWriter<byte>, IDisposable
{
    const int BytesMin = 4096;

    byte[] _bytes = ArrayPool<byte>.Shared.Rent(BytesMin);

    /// <summary>How much is written.</summary>
    public int Length { get; private set; }

    /// <summary>What is written.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    /// <inheritdoc/>
    public void Advance(int count) => Length += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(Length);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(Length);
    }

    /// <summary>Leaves room for a number and says where.</summary>
    public int ReserveInt32()
    {
        var at = Length;
        GetSpan(sizeof(int));
        Advance(sizeof(int));
        return at;
    }

    /// <summary>Fills what <see cref="ReserveInt32"/> left.</summary>
    public void PatchInt32(int at, int value) => BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(at), value);

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    void Reserve(int sizeHint)
    {
        sizeHint = Math.Max(sizeHint, 1);
        if (_bytes.Length - Length >= sizeHint)
            return;
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength,
            Math.Max((long)Length + sizeHint, _bytes.Length * 2L)));
        _bytes.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
