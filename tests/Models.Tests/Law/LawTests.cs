using System.Globalization;
using Tapline.Models;

namespace Tapline.Models.Tests.Law;

/// <summary>The law of models: what is kept current step by step is what plain SQL gives over all rows.</summary>
public sealed class LawTests
{
    const int StepsMax = 40;

    [Fact]
    public void Incremental_is_full_refresh_for_every_kind_of_path() => Check(TestPackage.Small(), Timelines(30));

    /// <summary>How many timelines a test goes through: as many as TAPLINE_MODEL_TIMELINES says.</summary>
    internal static int Timelines(int fallback) =>
        Environment.GetEnvironmentVariable("TAPLINE_MODEL_TIMELINES") is { } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : fallback;

    internal static void Check(ModelPackage package, int timelines)
    {
        for (var seed = 0; seed < timelines; seed++)
        {
            using var world = new ModelWorld(package, seed);
            for (var step = 0; step < StepsMax; step++)
            {
                world.Go();
                if (step % 8 == 7 && world.Difference() is { } difference)
                    Assert.Fail($"seed {seed}, step {step}: {difference}");
            }
        }
    }
}
