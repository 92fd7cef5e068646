using Tapline.Lakehouse.Delta.Scan;

namespace Tapline.Serving.Lake;

/// <summary>Counts who reads which cut, so that what only older cuts need is forgotten with their last reader. Guarded
/// by its owner's lock.</summary>
sealed class CutReaders
{
    readonly Queue<CutUse> _uses = new();
    CutUse? _newest;

    /// <summary>Goes on to another cut, which does not need some pins of the one before.</summary>
    public void Advance(IEnumerable<PinnedScan> replaced)
    {
        _newest?.Replaced.AddRange(replaced);
        _uses.Enqueue(_newest = new CutUse());
        Clear();
    }

    /// <summary>Notes a reader of the newest cut.</summary>
    public CutUse Enter()
    {
        var use = _newest ?? throw new InvalidOperationException("there is no cut yet");
        use.Readers++;
        return use;
    }

    /// <summary>Notes that a reader is done.</summary>
    public void Leave(CutUse use)
    {
        use.Readers--;
        Clear();
    }

    // A reader may come to see cuts after its own, never those before.
    void Clear()
    {
        while (_uses.TryPeek(out var oldest) && oldest != _newest && oldest.Readers == 0)
        {
            foreach (var pin in _uses.Dequeue().Replaced)
                pin.Dispose();
        }
    }
}

/// <summary>How many read a cut, and what nobody needs after them.</summary>
sealed class CutUse
{
    public int Readers { get; set; }

    public List<PinnedScan> Replaced { get; } = [];
}
