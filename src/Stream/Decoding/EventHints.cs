using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Decoding;

/// <summary>What the headers of a record say of its change.</summary>
/// <param name="FollowsKeyChange">Whether it is the second half of a change of the key: the row under its new key, from
/// which unchanged large values are left out.</param>
/// <param name="Kind">What happened, where a flattened event's headers say it.</param>
public readonly record struct EventHints(bool FollowsKeyChange, ChangeKind? Kind)
{
    /// <summary>Reads them from a record.</summary>
    public static EventHints Of(RecordChunk chunk, in RecordSlot slot, WireFormat format)
    {
        if (slot.HeaderCount == 0)
            return default;
        var follows = chunk.TryGetHeader(slot, "__debezium.oldkey"u8, out _);
        if (format is { Writer: EventWriter.Tapline, Form: EventForm.Any })
            return new EventHints(follows, null);
        Span<byte> name = stackalloc byte[64];
        var isNamed = System.Text.Encoding.UTF8.TryGetBytes(format.AddedPrefix, name[..^2], out var length);
        "op"u8.CopyTo(name[length..]);
        return isNamed && chunk.TryGetHeader(slot, name[..(length + 2)], out var op) && op is [var letter]
            && "crud"u8.Contains(letter)
            ? new EventHints(follows, (ChangeKind)letter)
            : new EventHints(follows, null);
    }
}
