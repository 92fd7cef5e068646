namespace Tapline.Models.Tests.Law;

/// <summary>The law, for the packages of the project.</summary>
public sealed class PackageLawTests
{
    [Theory]
    [InlineData("shop", 10)]
    [InlineData("bar", 2)]
    public void Incremental_is_full_refresh(string package, int timelines) => LawTests.Check(
        TestPackage.Of(Path.Combine(Repository.Root, "models", package)), LawTests.Timelines(timelines));
}

/// <summary>The folder of the project.</summary>
static class Repository
{
    /// <summary>Its path.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    static string Find(string folder) => File.Exists(Path.Combine(folder, "Pipeline.sln"))
        ? folder
        : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Pipeline.sln was not found"));
}
