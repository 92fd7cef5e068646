namespace Tapline.Serving.Sql.Guard;

/// <summary>What stops a statement on its way: its caller, time, memory, or a call from elsewhere.</summary>
sealed class RunningStatement : IDisposable
{
    readonly CancellationTokenSource _clock;
    readonly CancellationTokenSource _call = new();
    readonly CancellationTokenSource _any;
    readonly TimeSpan _timeMax;
    int _outgrew;

    public RunningStatement(SqlRequest request, TimeSpan timeMax, TimeProvider time, CancellationToken ct)
    {
        Request = request;
        _timeMax = timeMax;
        _clock = new CancellationTokenSource(timeMax, time);
        _any = CancellationTokenSource.CreateLinkedTokenSource(ct, _clock.Token, _call.Token);
        StartedAt = time.GetTimestamp();
    }

    public SqlRequest Request { get; }

    public long StartedAt { get; }

    /// <summary>Whether it runs, rather than waits.</summary>
    public bool HasTurn { get; set; }

    public CancellationToken Token => _any.Token;

    public void Cancel() => _call.Cancel();

    public void CancelForMemory()
    {
        Interlocked.Exchange(ref _outgrew, 1);
        _call.Cancel();
    }

    /// <summary>Why it was stopped.</summary>
    public SqlRefusedException Reason() =>
        Volatile.Read(ref _outgrew) != 0
            ? new SqlRefusedException(
                SqlFault.MemoryLimit, "the statement needs more memory than there is for all", "narrow it")
            : _clock.IsCancellationRequested
                ? new SqlRefusedException(
                    SqlFault.TimeLimit,
                    $"the statement took longer than {_timeMax.TotalSeconds:0.#} s",
                    "narrow it, or ask for less at once")
                : new SqlRefusedException(SqlFault.Cancelled, "the statement was cancelled");

    public void Dispose()
    {
        _any.Dispose();
        _clock.Dispose();
        _call.Dispose();
    }
}
