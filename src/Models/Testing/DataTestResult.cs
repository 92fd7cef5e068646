using System.Collections.Immutable;

namespace Tapline.Models.Testing;

/// <summary>What came of a test over a model's rows.</summary>
/// <param name="Model">The model.</param>
/// <param name="Test">The test's name.</param>
/// <param name="Rows">How many rows break it.</param>
public sealed record DataTestResult(string Model, string Test, long Rows)
{
    /// <summary>The keys of the first rows that break it, in the order of <see cref="Models.Model.Key"/>; empty for a
    /// model without a key.</summary>
    public ImmutableArray<ImmutableArray<string?>> Keys { get; init; } = [];

    /// <summary>Whether no row breaks it.</summary>
    public bool Passed => Rows == 0;
}
