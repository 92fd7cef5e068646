using System.Collections.Immutable;

namespace Tapline.Simulation.Tests.Scenarios;

/// <summary>Makes a failing scenario small: leaves out faults and operations while it goes on failing.</summary>
sealed class Shrinker(Func<Scenario, string?> run, int runsMax = 400)
{
    int _runsLeft = runsMax;

    /// <summary>The smallest scenario that was found, and what fails in it.</summary>
    public (Scenario Scenario, string Failure) Shrink(Scenario failing, string failure)
    {
        var smallest = (failing, failure);
        int before;
        do
        {
            before = Size(smallest.failing);
            smallest = Shorten(smallest, static s => s.Faults, static (s, faults) => s with { Faults = faults });
            smallest = Shorten(
                smallest, static s => s.Operations, static (s, operations) => s with { Operations = operations });
            // With less to do there are fewer requests: what failed late has to fail earlier.
            smallest = Shorten(smallest, static s => s.Operations, Sooner);
        }
        while (Size(smallest.failing) < before && _runsLeft > 0);
        return smallest;
    }

    // From the end on, because what comes first decides the rest; large pieces first, because most is needless.
    (Scenario, string) Shorten<T>(
        (Scenario Scenario, string Failure) smallest,
        Func<Scenario, ImmutableArray<T>> parts,
        Func<Scenario, ImmutableArray<T>, Scenario> with)
    {
        for (var length = parts(smallest.Scenario).Length; length > 0; length /= 2)
        {
            for (var end = parts(smallest.Scenario).Length; end > 0 && _runsLeft > 0; end -= length)
            {
                var begin = Math.Max(0, end - length);
                var fewer = parts(smallest.Scenario).RemoveRange(begin, end - begin);
                var candidate = with(smallest.Scenario, fewer);
                _runsLeft--;
                if (run(candidate) is { } failure)
                    smallest = (candidate, failure);
            }
        }
        return smallest;
    }

    static Scenario Sooner(Scenario scenario, ImmutableArray<Operation> fewer)
    {
        var share = (1.0 + fewer.Length) / (1 + scenario.Operations.Length);
        return scenario with
        {
            Operations = fewer,
            Faults =
            [
                .. scenario.Faults
                    .Select(fault => fault with { At = Math.Max(1, (int)(fault.At * share)) })
                    .DistinctBy(static fault => fault.At),
            ],
        };
    }

    static int Size(Scenario scenario) => scenario.Operations.Length + scenario.Faults.Length;
}
