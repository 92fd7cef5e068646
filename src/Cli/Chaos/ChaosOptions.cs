namespace Tapline.Cli.Chaos;

/// <summary>How much chaos.</summary>
/// <param name="Rounds">How many rounds.</param>
/// <param name="Seed">What is killed when, and what the business does, follow from it.</param>
/// <param name="RoundLength">How long the business goes on in each round, kills and restarts included.</param>
/// <param name="ChangesPerSecond">The load.</param>
sealed record ChaosOptions(int Rounds, int Seed, TimeSpan RoundLength, int ChangesPerSecond);
