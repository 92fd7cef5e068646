namespace Tapline.Kafka.Client;

/// <summary>A token that is cancelled by its owner's or when a time has passed, and tells the two apart.</summary>
readonly struct Deadline : IDisposable
{
    readonly CancellationTokenSource _timer;
    readonly CancellationTokenSource _either;
    readonly CancellationToken _owner;

    Deadline(CancellationTokenSource timer, CancellationTokenSource either, CancellationToken owner) =>
        (_timer, _either, _owner) = (timer, either, owner);

    public CancellationToken Token => _either.Token;

    public static Deadline After(TimeSpan timeout, TimeProvider time, CancellationToken owner)
    {
        var timer = new CancellationTokenSource(timeout, time);
        return new Deadline(timer, CancellationTokenSource.CreateLinkedTokenSource(timer.Token, owner), owner);
    }

    /// <summary>Whether a failure is this deadline's doing.</summary>
    public bool HasPassed(Exception failure) =>
        failure is OperationCanceledException && _timer.IsCancellationRequested && !_owner.IsCancellationRequested;

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
