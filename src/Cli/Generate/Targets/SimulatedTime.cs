namespace Tapline.Cli.Generate.Targets;

/// <summary>A clock that shows the business's time.</summary>
sealed class SimulatedTime : TimeProvider
{
    /// <summary>What it shows, milliseconds since 1970.</summary>
    public long NowMs { get; set; }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(NowMs);
}
