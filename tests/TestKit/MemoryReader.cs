using Tapline.Contracts.Log;

namespace Tapline.TestKit;

/// <summary>Reads a <see cref="MemoryEventLog"/>. Partitions take turns at being first.</summary>
sealed class MemoryReader(MemoryEventLog log, TimeProvider time) : IEventReader
{
    readonly List<TopicPartition> _order = [];
    readonly Dictionary<TopicPartition, long> _positions = [];

    public void Assign(TopicPartition partition, long offset)
    {
        if (!_positions.ContainsKey(partition))
            _order.Add(partition);
        _positions[partition] = offset;
    }

    public void Unassign(TopicPartition partition)
    {
        if (_positions.Remove(partition))
            _order.Remove(partition);
    }

    public async ValueTask<IReadOnlyList<RecordChunk>> PollAsync(TimeSpan wait, int bytesMax, CancellationToken ct)
    {
        var appended = log.Appended;
        var chunks = Read(bytesMax);
        if (chunks.Count > 0 || wait <= TimeSpan.Zero)
            return chunks;
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var delay = Task.Delay(wait, time, timer.Token);
        while (chunks.Count == 0 && await Task.WhenAny(appended, delay) != delay)
        {
            appended = log.Appended;
            chunks = Read(bytesMax);
        }
        await timer.CancelAsync();
        ct.ThrowIfCancellationRequested();
        return chunks;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    List<RecordChunk> Read(int bytesMax)
    {
        var chunks = new List<RecordChunk>();
        var bytesLeft = bytesMax;
        foreach (var partition in _order)
        {
            if (bytesLeft <= 0)
                break;
            if (log.Read(partition, _positions[partition], bytesLeft) is not { } chunk)
                continue;
            _positions[partition] = chunk.NextOffset;
            bytesLeft -= chunk.Bytes.Length;
            chunks.Add(chunk);
        }
        if (_order.Count > 1)
        {
            _order.Add(_order[0]);
            _order.RemoveAt(0);
        }
        return chunks;
    }
}
