namespace Tapline.Cli.Generate.Targets;

/// <summary>Brings what happens to where it belongs. What is not its concern it passes over.</summary>
interface IBarTarget : IAsyncDisposable
{
    /// <summary>Records, rows or messages that it has brought there.</summary>
    long Count { get; }

    /// <summary>Brings one thing there, or on its way.</summary>
    ValueTask TakeAsync(BarEvent happened, CancellationToken ct);

    /// <summary>Waits until all is there.</summary>
    Task CompleteAsync(CancellationToken ct);
}
