using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Tapline.Ingest.Mqtt.Packets;

/// <summary>The list of reasons that ends SUBACK and UNSUBACK.</summary>
static class ReasonCodes
{
    /// <summary>Reads all that is left; at least one.</summary>
    public static ImmutableArray<ReasonCode> Read(ref PacketReader reader) =>
        reader.Remaining == 0
            ? throw MalformedPacketException.Malformed("an acknowledgement without a reason")
            : [.. MemoryMarshal.Cast<byte, ReasonCode>(reader.ReadRest())];
}
