using Tapline.Contracts;

namespace Tapline.Streaming.Ordering;

/// <summary>Rows on their way from an old primary key to a new one, by the position that both halves of the move have.
/// What the new row leaves out is only here; a row that was left before the worker started lies in the
/// history.</summary>
sealed class MovedRows
{
    /// <summary>How many are kept; the oldest go first.</summary>
    public const int CountMax = 1000;

    readonly Dictionary<SourcePosition, MovedRow> _rows = [];
    readonly Queue<SourcePosition> _order = new();
    readonly HashSet<SourcePosition> _arrived = [];

    /// <summary>How many rows have left: grows with each.</summary>
    public long LeftCount { get; private set; }

    /// <summary>The rows that have left and not arrived.</summary>
    public IReadOnlyDictionary<SourcePosition, MovedRow> Rows => _rows;

    /// <summary>The first half was applied.</summary>
    public void Leave(SourcePosition position, MovedRow row)
    {
        LeftCount++;
        if (_arrived.Remove(position))
            return;
        if (!_rows.TryAdd(position, row))
        {
            _rows[position] = row;
            return;
        }
        _order.Enqueue(position);
        while (_order.Count > CountMax)
            _rows.Remove(_order.Dequeue());
    }

    /// <summary>The second half was applied.</summary>
    public void Arrive(SourcePosition position)
    {
        if (_rows.Remove(position))
        {
            // The queue is swept when it is mostly of rows that have arrived.
            if (_order.Count > 2 * _rows.Count + 16)
                Sweep();
            return;
        }
        if (_arrived.Count >= CountMax)
            _arrived.Clear();
        _arrived.Add(position);
    }

    /// <summary>Gives a row its values, read back from the history.</summary>
    public void Supply(SourcePosition position, byte[] packed) =>
        _rows[position] = _rows[position] with { Packed = packed };

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _rows.Clear();
        _order.Clear();
        _arrived.Clear();
    }

    void Sweep()
    {
        for (var i = _order.Count; i > 0; i--)
        {
            if (_order.Dequeue() is var position && _rows.ContainsKey(position))
                _order.Enqueue(position);
        }
    }
}

/// <summary>A row that has left its old key.</summary>
/// <param name="Packed">Its values; empty when they were never known, null when only the history has them.</param>
/// <param name="Partition">Partition of the record that deleted it.</param>
/// <param name="Offset">Offset of that record.</param>
readonly record struct MovedRow(byte[]? Packed, int Partition, long Offset);
