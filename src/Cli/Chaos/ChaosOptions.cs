using System.Collections.Immutable;
using Tapline.Cli.Running;

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
    /// <summary>How many lanes the lake has.</summary>
    public int Lanes { get; init; } = 1;

    /// <summary>How many processes share the lanes.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>The parts of the pipeline by name: each is a process.</summary>
    public ImmutableArray<string> Parts =>
        ["broker", "ingest", "stream", .. Enumerable.Range(2, Workers - 1).Select(static number => $"stream-{number}")];

    /// <summary>How long the pipeline may take to catch up after a round.</summary>
    public TimeSpan CatchUpMax =>
        TimeSpan.FromMinutes(Bucket is null ? 2 : 5) + TimeSpan.FromMilliseconds(HugeRows / 4);

    /// <summary>The bucket that has the lake; null for the run's folder.</summary>
    public BucketAddress? Bucket { get; init; }

    /// <summary>Which share of the pipeline's requests to the bucket goes wrong. Needs one that is reached by plain
    /// HTTP.</summary>
    public double FaultShare { get; init; }
}
