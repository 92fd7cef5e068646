namespace Tapline.Streaming.Devices;

/// <summary>A set of numbers from 0 on, kept as the stretches that have no gap.</summary>
sealed class SequenceRanges
{
    long[] _firsts = new long[2];
    long[] _lasts = new long[2];

    /// <summary>How many stretches.</summary>
    public int Count { get; private set; }

    /// <summary>Whether a number is in the set.</summary>
    public bool Contains(long number)
    {
        var place = PlaceOf(number);
        return place >= 0 && number <= _lasts[place];
    }

    /// <summary>Adds a number.</summary>
    public void Add(long number) => Add(number, number);

    /// <summary>Adds all numbers from one to another.</summary>
    public void Add(long first, long last)
    {
        // Most often the next number comes.
        var from = Count > 0 && first > _lasts[Count - 1] ? Count - 1 : PlaceOf(first);
        if (from < 0 || _lasts[from] < first - 1)
            from++;
        var to = from;
        while (to < Count && _firsts[to] - 1 <= last)
        {
            first = Math.Min(first, _firsts[to]);
            last = Math.Max(last, _lasts[to]);
            to++;
        }
        Replace(from, to - from);
        (_firsts[from], _lasts[from]) = (first, last);
    }

    /// <summary>How many stretches end at a number or above it.</summary>
    public int CountFrom(long number)
    {
        var place = PlaceOf(number);
        return Count - (place >= 0 && _lasts[place] >= number ? place : place + 1);
    }

    /// <summary>Forgets the lowest stretches but so many. Answers the lowest number of those that are left.</summary>
    public long KeepHighest(int countMax)
    {
        var gone = Count - countMax;
        _firsts.AsSpan(gone, countMax).CopyTo(_firsts);
        _lasts.AsSpan(gone, countMax).CopyTo(_lasts);
        Count = countMax;
        return _firsts[0];
    }

    // The last stretch that begins at a number or before it; -1 for none.
    int PlaceOf(long number)
    {
        var place = _firsts.AsSpan(0, Count).BinarySearch(number);
        return place >= 0 ? place : ~place - 1;
    }

    // One place where so many were; at least one more when none was.
    void Replace(int at, int removed)
    {
        if (removed == 0 && Count == _firsts.Length)
        {
            Array.Resize(ref _firsts, Count * 2);
            Array.Resize(ref _lasts, Count * 2);
        }
        _firsts.AsSpan(at + removed, Count - at - removed).CopyTo(_firsts.AsSpan(at + 1));
        _lasts.AsSpan(at + removed, Count - at - removed).CopyTo(_lasts.AsSpan(at + 1));
        Count += 1 - removed;
    }
}
