using Tapline.Models.Testing;
using Tapline.Models.Tests.Law;

namespace Tapline.Models.Tests.Testing;

public sealed class HeaderTestsTests
{
    // Rows by chance, within the contracts of sources.yaml: what a header demands must follow from these and the SQL.
    [Theory]
    [InlineData("shop", 5)]
    [InlineData("bar", 1)]
    public void What_headers_demand_holds_of_whatever_the_contracts_let_in(string name, int worlds)
    {
        var package = TestPackage.Of(Path.Combine(Repository.Root, "models", name));
        for (var seed = 0; seed < worlds; seed++)
        {
            using var world = new ModelWorld(package, seed);
            for (var step = 0; step < 40; step++)
                world.Go();
            Assert.Null(world.Difference());

            var broken = package.Models
                .SelectMany(model => model.Tests.Select(test =>
                    DataTestRun.Run(world.Whole, model, test, TestContext.Current.CancellationToken)))
                .Where(static result => !result.Passed)
                .Select(result => $"seed {seed}, {result.Model}: {result.Test}: {result.Rows} rows");

            Assert.Empty(broken);
        }
    }
}
