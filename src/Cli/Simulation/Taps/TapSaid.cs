namespace Tapline.Cli.Simulation.Taps;

/// <summary>What a tap's message says, for whoever keeps books.</summary>
/// <param name="ClockMs">When, by the tap's clock.</param>
/// <param name="Pour">The glass that it tells; null for what is none.</param>
/// <param name="IsVoid">Whether it takes that glass back.</param>
sealed record TapSaid(long ClockMs, TapPour? Pour, bool IsVoid);
