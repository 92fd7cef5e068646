using System.Runtime.ExceptionServices;

namespace Tapline.Ingest;

/// <summary>Runs tasks that live and end together.</summary>
static class TaskScope
{
    /// <summary>Runs all until all have ended; the first failure cancels the others and is thrown.</summary>
    public static async Task RunAllAsync(IReadOnlyList<Func<CancellationToken, Task>> bodies, CancellationToken ct)
    {
        using var scope = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var tasks = bodies.Select(body => body(scope.Token)).ToList();
        ExceptionDispatchInfo? failure = null;
        while (tasks.Count > 0)
        {
            var ended = await Task.WhenAny(tasks);
            tasks.Remove(ended);
            try
            {
                await ended;
            }
            catch (Exception exception)
            {
                // Of several failures the first tells what happened; the others follow from the cancellation.
                failure ??= ExceptionDispatchInfo.Capture(exception);
                await scope.CancelAsync();
            }
        }
        failure?.Throw();
    }

    /// <summary>Runs a main task with others at its side: these end when it does.</summary>
    public static async Task RunBesideAsync(
        Func<CancellationToken, Task> main, IReadOnlyList<Func<CancellationToken, Task>> beside, CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Func<CancellationToken, Task>[] all =
        [
            async c =>
            {
                await main(c);
                await over.CancelAsync();
            },
            .. beside.Select(body => (Func<CancellationToken, Task>)(async c =>
            {
                using var both = CancellationTokenSource.CreateLinkedTokenSource(c, over.Token);
                try
                {
                    await body(both.Token);
                }
                catch (OperationCanceledException) when (over.IsCancellationRequested)
                {
                    // The main task is over, and with it the reason to run.
                }
            })),
        ];
        await RunAllAsync(all, ct);
    }
}
