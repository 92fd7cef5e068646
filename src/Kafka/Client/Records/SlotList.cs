using Tapline.Contracts.Log;

namespace Tapline.Kafka.Client.Records;

/// <summary>The slots of a poll's records. Growing moves them into a new array: who holds the old one keeps it alive
/// and unchanged.</summary>
sealed class SlotList
{
    const int CountMin = 1024;

    RecordSlot[] _slots = new RecordSlot[CountMin];

    public int Count { get; private set; }

    public void Add(in RecordSlot slot)
    {
        if (Count == _slots.Length)
            Array.Resize(ref _slots, Count * 2);
        _slots[Count++] = slot;
    }

    /// <summary>The slots from <paramref name="start"/> on.</summary>
    public ReadOnlyMemory<RecordSlot> From(int start) => _slots.AsMemory(start, Count - start);

    /// <summary>Takes the last slots away again, down to <paramref name="count"/>.</summary>
    public void Truncate(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Count);
        Count = count;
    }
}
