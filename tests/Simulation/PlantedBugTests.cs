using Tapline.Simulation.Tests.PlantedBugs;
using Tapline.Simulation.Tests.Scenarios;

namespace Tapline.Simulation.Tests;

/// <summary>What the simulation is worth: it finds the mistakes that somebody could make.</summary>
public sealed class PlantedBugTests
{
    const int SeedsMax = 200;

    public static TheoryData<PlantedBug> Bugs => [.. Enum.GetValues<PlantedBug>()];

    [Theory, MemberData(nameof(Bugs))]
    public void A_planted_bug_is_found_within_200_seeds(PlantedBug bug)
    {
        var seed = 1;
        while (seed <= SeedsMax && Run(bug, Scenario.Of(seed)) is null)
            seed++;

        Assert.InRange(seed, 1, SeedsMax);
    }

    [Fact]
    public void A_failing_scenario_is_made_small_and_still_fails()
    {
        var seed = 1;
        string? failure;
        while ((failure = Run(PlantedBug.LostFileTakenForSuccess, Scenario.Of(seed))) is null)
            seed++;

        var whole = Scenario.Of(seed);
        var shrinker = new Shrinker(scenario => Run(PlantedBug.LostFileTakenForSuccess, scenario), runsMax: 60);
        var (smallest, _) = shrinker.Shrink(whole, failure);

        // Without a fault nothing fails.
        Assert.InRange(smallest.Faults.Length, 1, 2);
        Assert.InRange(smallest.Operations.Length, 1, whole.Operations.Length - 1);
        Assert.NotNull(Run(PlantedBug.LostFileTakenForSuccess, Scenario.Parse($"{smallest}")));
    }

    static string? Run(PlantedBug bug, Scenario scenario)
    {
        using var simulation = new Simulation(scenario, store => Mistakes.Plant(bug, store));
        return simulation.Run();
    }
}
