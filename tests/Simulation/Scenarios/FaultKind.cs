namespace Tapline.Simulation.Tests.Scenarios;

/// <summary>What can happen to a request of a worker, or to the worker while it is under way.</summary>
enum FaultKind
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>It is refused with an error, and nothing was done.</summary>
    Refuse,
    /// <summary>It never arrives; nobody answers.</summary>
    LoseRequest,
    /// <summary>It is carried out; nobody answers.</summary>
    LoseAnswer,
    /// <summary>Nobody answers, and long after that it is carried out.</summary>
    Late,
    /// <summary>It arrives twice at once, and the answer is the second one's.</summary>
    AnswerTwice,
    /// <summary>It arrives again, long after its answer.</summary>
    ArriveAgain,
    /// <summary>The worker is killed before it is carried out.</summary>
    CrashBefore,
    /// <summary>The worker is killed after it was carried out.</summary>
    CrashAfter,
    /// <summary>The worker is killed, and long after that it is carried out.</summary>
    CrashLate,
    /// <summary>The worker stands still; another takes its place, and then it wakes.</summary>
    Freeze,
    /// <summary>Another worker is started for the same lane.</summary>
    Rival,
    /// <summary>The worker's date jumps.</summary>
    Jump,
    /// <summary>A foreign writer appends to one of the tables.</summary>
    Foreign,
}
