namespace Tapline.Contracts.Log;

/// <summary>Says which lanes of a pipeline a worker works on. Only a matter of who does the work: two workers that
/// believe a lane theirs cost time, and nothing else.</summary>
public interface ILaneOwnership
{
    /// <summary>Calls <paramref name="own"/> with all lanes that are owned now, whenever that changes, one call after
    /// another. A lane that a call leaves out may go to another worker as soon as the call has ended. Runs until
    /// cancelled.</summary>
    Task RunAsync(Func<IReadOnlyCollection<int>, Task> own, CancellationToken ct);
}
