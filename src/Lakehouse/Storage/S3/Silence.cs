namespace Tapline.Lakehouse.Storage.S3;

/// <summary>Ends a request in which nothing was heard for too long.</summary>
sealed class Silence : IDisposable
{
    readonly TimeSpan _max;
    readonly CancellationTokenSource _timer;
    readonly CancellationTokenSource _linked;

    public Silence(TimeSpan max, TimeProvider time, CancellationToken ct)
    {
        _max = max;
        _timer = new CancellationTokenSource(max, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, ct);
    }

    /// <summary>Something was heard: the time begins again. Returns what ends the request.</summary>
    public CancellationToken Heard()
    {
        _timer.CancelAfter(_max);
        return _linked.Token;
    }

    public void Dispose()
    {
        _linked.Dispose();
        _timer.Dispose();
    }
}
