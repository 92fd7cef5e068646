using Tapline.Simulation.Tests.Scenarios;
using Tapline.Simulation.Tests.Scheduling;

namespace Tapline.Simulation.Tests.World;

/// <summary>Carries requests to the store and to the log and their answers back, each after a while, and lets happen
/// what the scenario says. A request lives on when its sender dies.</summary>
sealed class Network(Scheduler scheduler, IEnumerable<Fault> faults, Action<FaultKind, Process> befall)
{
    const double LatencySeconds = 0.03;
    const double LateSeconds = 40;

    // A lane looks into the log all the time, and a look that fails is made again: of so many one may fail.
    const int LooksPerFault = 4;

    readonly Dictionary<int, FaultKind> _faults =
        faults.ToDictionary(static fault => fault.At, static fault => fault.Kind);
    int _count;
    int _lookCount;

    /// <summary>Whether nothing fails any more.</summary>
    public bool IsCalm { get; set; }

    /// <summary>What was asked for, and what happened to it: for people.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>Sends a request that changes nothing.</summary>
    public Task<T> AskAsync<T>(Process sender, string request, Func<T> effect) =>
        SendAsync(sender, request, effect, lost: null, isWrite: false);

    /// <summary>Looks for something new.</summary>
    public Task<T> LookAsync<T>(Process sender, string request, Func<T> effect) => SendAsync(
        sender, request, effect, lost: null, isWrite: false, mayFail: ++_lookCount % LooksPerFault == 0);

    /// <summary>Sends a request that can be carried out more than once.</summary>
    /// <param name="sender">Who asks, and dies or stands still where the scenario says so.</param>
    /// <param name="request">What is asked for, in words.</param>
    /// <param name="effect">Carries it out.</param>
    /// <param name="lost">The answer when none comes; null for an <see cref="IOException"/>.</param>
    public Task<T> OrderAsync<T>(Process sender, string request, Func<T> effect, Func<T>? lost = null) =>
        SendAsync(sender, request, effect, lost, isWrite: true);

    Task<T> SendAsync<T>(
        Process sender, string request, Func<T> effect, Func<T>? lost, bool isWrite, bool mayFail = true)
    {
        var answer = new TaskCompletionSource<T>();
        var fault = mayFail ? Next(sender, isWrite) : FaultKind.None;
        Trace.Add($"{scheduler.Now.TotalSeconds,8:F3} {sender.Name} {request}"
            + (fault == FaultKind.None ? "" : $" [{fault}@{_count}]"));
        var arrival = scheduler.UpTo(LatencySeconds);
        switch (fault)
        {
            case FaultKind.Refuse:
                scheduler.After(arrival, () => answer.SetException(new IOException($"refused: {request}")));
                break;
            case FaultKind.LoseRequest:
                scheduler.After(Patience(), Lose);
                break;
            case FaultKind.LoseAnswer:
                scheduler.After(arrival, () => effect());
                scheduler.After(Patience(), Lose);
                break;
            case FaultKind.Late:
                var patience = Patience();
                scheduler.After(patience, Lose);
                scheduler.After(patience + scheduler.UpTo(LateSeconds), () => effect());
                break;
            case FaultKind.CrashBefore:
                break;
            case FaultKind.CrashAfter:
                scheduler.After(arrival, () => effect());
                break;
            case FaultKind.CrashLate:
                scheduler.After(scheduler.UpTo(LateSeconds), () => effect());
                break;
            default:
                if (fault == FaultKind.AnswerTwice)
                    scheduler.After(arrival / 2, () => effect());
                if (fault == FaultKind.ArriveAgain)
                    scheduler.After(arrival + scheduler.UpTo(LateSeconds), () => effect());
                scheduler.After(arrival, Answer);
                break;
        }
        if (fault != FaultKind.None)
            befall(fault, sender);
        return answer.Task;

        void Answer()
        {
            var result = effect();
            scheduler.After(scheduler.UpTo(LatencySeconds), () => answer.SetResult(result));
        }

        void Lose()
        {
            if (lost is null)
                answer.SetException(new IOException($"no answer: {request}"));
            else
                answer.SetResult(lost());
        }
    }

    FaultKind Next(Process sender, bool isWrite)
    {
        if (IsCalm || !sender.IsWorker)
            return FaultKind.None;
        var fault = _faults.GetValueOrDefault(++_count);
        var isOfWrites = fault is FaultKind.Late or FaultKind.AnswerTwice or FaultKind.ArriveAgain;
        return isOfWrites && !isWrite ? FaultKind.None : fault;
    }

    TimeSpan Patience() => TimeSpan.FromSeconds(1) + scheduler.UpTo(4);
}
