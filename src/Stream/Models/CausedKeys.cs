using System.Runtime.InteropServices;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Models;

/// <summary>Keys that something changed for, each with the newest time of a cause, in microseconds since
/// 1970.</summary>
sealed class CausedKeys
{
    readonly Dictionary<byte[], long> _causes = new(BytesComparer.Instance);
    readonly Dictionary<byte[], long>.AlternateLookup<ReadOnlySpan<byte>> _lookup;

    public CausedKeys() => _lookup = _causes.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>The keys and their causes.</summary>
    public Dictionary<byte[], long> All => _causes;

    /// <summary>Adds a key; an empty one, which equals no other, is left out.</summary>
    public void Add(ReadOnlySpan<byte> key, long causeUs)
    {
        if (key.IsEmpty)
            return;
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_lookup, key, out var exists);
        known = exists ? Math.Max(known, causeUs) : causeUs;
    }

    /// <summary>Whether a key is among them.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out long causeUs) => _lookup.TryGetValue(key, out causeUs);

    /// <summary>Forgets all.</summary>
    public void Clear() => _causes.Clear();
}
