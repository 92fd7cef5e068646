using Tapline.Contracts;

namespace Tapline.Streaming.Ordering;

/// <summary>Tells new changes of one topic partition from replayed ones. A source that restarts sends the last stretch
/// again, with the same positions: what lies below the highest position seen is a repeat, and so is a key that was
/// already
/// seen at that position (several rows of one statement can share it).</summary>
/// <remarks>Snapshot rows do not pass here: they carry the snapshot's position, not their own.</remarks>
sealed class SequenceGate
{
    readonly HashSet<string> _keysAtHighest = new(StringComparer.Ordinal);

    // Nearly every position has one key only: it waits here as bytes, and costs no text, until a second one comes.
    byte[] _firstKey = [];
    int _firstKeyLength;

    /// <summary>The highest position let through; the default when there was none.</summary>
    public SourcePosition Highest { get; private set; }

    /// <summary>The keys seen at <see cref="Highest"/>, as hexadecimal digits.</summary>
    public IReadOnlyCollection<string> KeysAtHighest
    {
        get
        {
            MoveFirstKey();
            return _keysAtHighest;
        }
    }

    /// <summary>Whether a change is new; remembers it when it is. A change without a key (<paramref name="key"/> empty)
    /// is
    /// new at an equal position, too: nothing tells two such rows apart.</summary>
    public bool Admit(SourcePosition position, ReadOnlySpan<byte> key)
    {
        var order = position.CompareTo(Highest);
        if (order < 0)
            return false;
        if (order > 0)
        {
            Highest = position;
            _keysAtHighest.Clear();
            KeepFirstKey(key);
            return true;
        }
        if (key.IsEmpty)
            return true;
        MoveFirstKey();
        return _keysAtHighest.Add(Convert.ToHexString(key));
    }

    /// <summary>Forgets everything: the source starts over (a new snapshot), and its positions may too.</summary>
    public void Reset()
    {
        Highest = default;
        _keysAtHighest.Clear();
        _firstKeyLength = 0;
    }

    /// <summary>Takes over what a manifest remembered.</summary>
    public void Restore(SourcePosition highest, IEnumerable<string> keysAtHighest)
    {
        Reset();
        Highest = highest;
        _keysAtHighest.UnionWith(keysAtHighest);
    }

    void KeepFirstKey(ReadOnlySpan<byte> key)
    {
        if (_firstKey.Length < key.Length)
            _firstKey = new byte[key.Length * 2];
        key.CopyTo(_firstKey);
        _firstKeyLength = key.Length;
    }

    void MoveFirstKey()
    {
        if (_firstKeyLength > 0)
            _keysAtHighest.Add(Convert.ToHexString(_firstKey.AsSpan(0, _firstKeyLength)));
        _firstKeyLength = 0;
    }
}
