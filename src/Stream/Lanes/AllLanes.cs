using Tapline.Contracts.Log;

namespace Tapline.Streaming.Lanes;

/// <summary>One worker has all lanes.</summary>
sealed class AllLanes(int count, TimeProvider time) : ILaneOwnership
{
    public async Task RunAsync(Func<IReadOnlyCollection<int>, Task> own, CancellationToken ct)
    {
        await own([.. Enumerable.Range(0, count)]);
        await Task.Delay(Timeout.InfiniteTimeSpan, time, ct);
    }
}
