using System.Collections.Immutable;

namespace Tapline.Models.Testing;

/// <summary>A unit test of a model: what its inputs are given, and the rows that it is to give.</summary>
/// <param name="Name">What it shows.</param>
/// <param name="Place">The file and line where it stands.</param>
/// <param name="Model">The model under test.</param>
/// <param name="Given">Rows by relation, each as its columns' texts; null for null.</param>
/// <param name="Expected">All rows of the model, each with the columns that are compared.</param>
public sealed record ModelUnitTest(
    string Name,
    string Place,
    string Model,
    ImmutableArray<KeyValuePair<string, ImmutableArray<ImmutableArray<KeyValuePair<string, string?>>>>> Given,
    ImmutableArray<ImmutableArray<KeyValuePair<string, string?>>> Expected)
{
    /// <summary>The time that <c>clock</c> has; null for none.</summary>
    public string? Clock { get; init; }

    /// <summary>When the models' first step was; by default before all rows.</summary>
    public string StartedAt { get; init; } = "2000-01-01 00:00:00Z";
}
