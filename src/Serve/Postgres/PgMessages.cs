using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Tapline.Serving.Postgres;

/// <summary>A message of a client: https://www.postgresql.org/docs/current/protocol-message-formats.html.</summary>
/// <param name="Type">Its letter; 0 for the first ones, which have none.</param>
/// <param name="Body">What follows the length.</param>
readonly record struct PgMessage(char Type, byte[] Body);

/// <summary>Reads the fields of a message.</summary>
ref struct PgFields(ReadOnlySpan<byte> body)
{
    ReadOnlySpan<byte> _rest = body;

    public readonly bool IsEmpty => _rest.IsEmpty;

    public byte Byte() => Take(1)[0];

    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Take(sizeof(short)));

    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Take(sizeof(int)));

    /// <summary>A text with a zero behind it.</summary>
    public string Text()
    {
        var end = _rest.IndexOf((byte)0);
        if (end < 0)
            throw new PgException("08P01", "a text of the message has no end");
        var text = Encoding.UTF8.GetString(_rest[..end]);
        _rest = _rest[(end + 1)..];
        return text;
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)_rest.Length)
            throw new PgException("08P01", $"the message has {_rest.Length} bytes left, {count} wanted");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}

/// <summary>Gathers messages to a client until they are sent.</summary>
sealed class PgOutput
{
    readonly ArrayBufferWriter<byte> _bytes = new(16 << 10);
    readonly byte[] _number = new byte[8];
    int _start;

    public int Count => _bytes.WrittenCount;

    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    public void Clear() => _bytes.ResetWrittenCount();

    public void Begin(char type)
    {
        _bytes.Write([(byte)type]);
        _start = _bytes.WrittenCount;
        Int32(0);
    }

    public void End() => Patch(_start, _bytes.WrittenCount - _start);

    public void Byte(byte value) => _bytes.Write([value]);

    public void Int16(int value)
    {
        BinaryPrimitives.WriteInt16BigEndian(_number, checked((short)value));
        _bytes.Write(_number.AsSpan(0, 2));
    }

    public void Int32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(_number, value);
        _bytes.Write(_number.AsSpan(0, 4));
    }

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(_number, value);
        _bytes.Write(_number.AsSpan(0, 8));
    }

    public void Bytes(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    public void Text(string text)
    {
        Encoding.UTF8.GetBytes(text, _bytes);
        Byte(0);
    }

    /// <summary>A value with its length before it.</summary>
    public void Value(ReadOnlySpan<byte> value)
    {
        Int32(value.Length);
        Bytes(value);
    }

    void Patch(int at, int value)
    {
        // What was written stays the writer's own memory.
        var memory = System.Runtime.InteropServices.MemoryMarshal.AsMemory(_bytes.WrittenMemory);
        BinaryPrimitives.WriteInt32BigEndian(memory.Span[at..], value);
    }
}
