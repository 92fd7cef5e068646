using Tapline.Contracts;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Ordering;

/// <summary>How far one topic partition has come. A source that restarts sends the last stretch again, with the same
/// positions: what lies above the highest position is new, what does not is judged by the mark of its key
/// (<see cref="TopicOrder.Judge"/>).</summary>
sealed class SequenceGate
{
    /// <summary>The highest position let through; the default when there was none.</summary>
    public SourcePosition Highest { get; private set; }

    /// <summary>How many rows without a key were let through at <see cref="Highest"/>.</summary>
    public long CountAtHighest { get; private set; }

    /// <summary>How many of them have come in the present pass: fewer while a source repeats itself.</summary>
    public long CountInPass { get; private set; }

    /// <summary>Names the run of the connector that wrote the last row without a key; 0 where it does not
    /// say.</summary>
    public ulong Run { get; private set; }

    /// <summary>The offset of the last record that was a delete; -1 for none.</summary>
    public long DeleteOffset { get; set; } = -1;

    /// <summary>Takes note of a position that was let through.</summary>
    public void Pass(SourcePosition position) => Highest = SourcePosition.Max(Highest, position);

    /// <summary>Whether a row without a key is new; takes note of it when it is. Rows of one statement can share a
    /// position, and equal rows are different rows: they are counted, because a source repeats them in the same number
    /// from the first on.</summary>
    public bool AdmitKeyless(SourcePosition position, ReadOnlySpan<byte> run)
    {
        var runBefore = Run;
        Run = run.IsEmpty ? 0 : KeyIndex.Hash(run);
        var order = position.CompareTo(Highest);
        if (order > 0)
        {
            Highest = position;
            CountAtHighest = CountInPass = 1;
            return true;
        }
        if (order < 0)
        {
            CountInPass = 0;
            return false;
        }
        CountInPass = Run == runBefore ? CountInPass + 1 : 1;
        if (CountInPass <= CountAtHighest)
            return false;
        CountAtHighest = CountInPass;
        return true;
    }

    /// <summary>Forgets everything.</summary>
    public void Reset()
    {
        Highest = default;
        CountAtHighest = CountInPass = 0;
    }

    /// <summary>Takes over what a manifest remembered.</summary>
    public void Restore(SourcePosition highest, long countAtHighest, long countInPass, ulong run)
    {
        Highest = highest;
        CountAtHighest = countAtHighest;
        CountInPass = countInPass;
        Run = run;
    }
}
