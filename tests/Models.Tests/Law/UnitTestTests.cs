using Tapline.Models.Testing;

namespace Tapline.Models.Tests.Law;

/// <summary>The packages' own unit tests.</summary>
public sealed class UnitTestTests
{
    [Theory]
    [InlineData("shop")]
    [InlineData("bar")]
    public void The_models_of_a_package_give_what_its_tests_expect(string name)
    {
        var folder = Path.Combine(Repository.Root, "models", name);
        var package = TestPackage.Of(folder);

        var tests = UnitTestFile.ReadAll(folder);

        Assert.NotEmpty(tests);
        var failed = tests.SelectMany(test =>
            UnitTestRun.Run(package, test, TestContext.Current.CancellationToken)
                .Select(problem => $"{Path.GetFileName(test.Place)} {test.Name}: {problem}"));
        Assert.True(!failed.Any(), string.Join("\n", failed));
    }
}
