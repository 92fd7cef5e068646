using System.Collections.Concurrent;
using Tapline.Simulation.Tests.Scenarios;

namespace Tapline.Simulation.Tests;

/// <summary>Invariants 1, 2 and 4 to 7: whatever fails, in whatever order things happen.</summary>
public sealed class SimulationTests
{
    const string SeedsVariable = "TAPLINE_SIMULATION_SEEDS";
    const int TraceLinesMax = 40;

    [Fact]
    public void What_must_always_hold_holds_for_every_seed()
    {
        var (first, last) = Seeds();
        var failures = new ConcurrentBag<(int Seed, string Failure)>();
        Parallel.For(first, last + 1, (seed, state) =>
        {
            if (Run(Scenario.Of(seed), out _) is not { } failure)
                return;
            failures.Add((seed, failure));
            state.Break();
        });

        if (!failures.IsEmpty)
            Assert.Fail(Explain(failures.Min()));
    }

    [Fact]
    public void A_seed_goes_the_same_way_twice()
    {
        for (var seed = 1; seed <= 10; seed++)
        {
            Run(Scenario.Of(seed), out var once);
            Run(Scenario.Parse($"{Scenario.Of(seed)}"), out var again);
            Assert.Equal(once, again);
        }
    }

    static string? Run(Scenario scenario, out IReadOnlyList<string> trace)
    {
        using var simulation = new Simulation(scenario);
        trace = simulation.Trace;
        return simulation.Run();
    }

    static string Explain((int Seed, string Failure) found)
    {
        var whole = Scenario.Of(found.Seed);
        var (smallest, failure) = new Shrinker(static scenario => Run(scenario, out _)).Shrink(whole, found.Failure);
        Run(smallest, out var trace);
        return $"""
            seed {found.Seed}: {found.Failure}
            again: {SeedsVariable}={found.Seed}-{found.Seed} ./tapline test Simulation
            smallest that fails: {failure}
            ({smallest.Operations.Length} of {whole.Operations.Length} operations,
            {smallest.Faults.Length} of {whole.Faults.Length} faults)
            {smallest}
            its last requests:
            {string.Join('\n', trace.TakeLast(TraceLinesMax))}
            """;
    }

    // "500" are the seeds 1 to 500, "17-17" is one.
    static (int First, int Last) Seeds()
    {
        var range = (Environment.GetEnvironmentVariable(SeedsVariable) ?? "500").Split('-');
        return range.Length == 1 ? (1, int.Parse(range[0])) : (int.Parse(range[0]), int.Parse(range[1]));
    }
}
