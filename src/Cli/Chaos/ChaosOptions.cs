namespace Tapline.Cli.Chaos;

/// <summary>How much chaos.</summary>
/// <param name="Rounds">How many rounds.</param>
/// <param name="Seed">What is killed when, and what the business does, follow from it.</param>
/// <param name="RoundLength">How long the business goes on in each round, kills and restarts included.</param>
/// <param name="ChangesPerSecond">The load.</param>
/// <param name="Drift">Whether there are tables, too, whose columns, types and keys change all the time.</param>
/// <param name="HugeRows">How many rows one transaction of the middle round has; 0 for none. Needs
/// <paramref name="Drift"/>.</param>
sealed record ChaosOptions(
    int Rounds, int Seed, TimeSpan RoundLength, int ChangesPerSecond, bool Drift = false, int HugeRows = 0)
{
    /// <summary>How long the pipeline may take to catch up after a round.</summary>
    public TimeSpan CatchUpMax => TimeSpan.FromMinutes(2) + TimeSpan.FromMilliseconds(HugeRows / 4);
}
