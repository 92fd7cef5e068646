using System.Text;
using Tapline.Contracts.Log;

namespace Tapline.Cli.Quarantine;

/// <summary>The headers of a record as the quarantine table keeps them: as they stand in a Kafka record.</summary>
static class KafkaHeaders
{
    /// <summary>Reads all of them; those without a value say nothing and are left out.</summary>
    public static IReadOnlyList<EventHeader> Read(byte[]? headers)
    {
        var read = new List<EventHeader>();
        for (var at = 0; headers is not null && at < headers.Length;)
        {
            var name = Take(headers, ref at) ?? throw new InvalidDataException("a record header has no name");
            if (Take(headers, ref at) is { } value)
                read.Add(new EventHeader(Encoding.UTF8.GetString(name.Span), value));
        }
        return read;
    }

    // A zig-zag varint, then so many bytes; -1 is null.
    static ReadOnlyMemory<byte>? Take(byte[] headers, ref int at)
    {
        var raw = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = headers[at++];
            raw |= (next & 0x7F) << shift;
            if (next < 0x80)
                break;
        }
        var length = (raw >> 1) ^ -(raw & 1);
        if (length < 0)
            return null;
        at += length;
        return headers.AsMemory(at - length, length);
    }
}
