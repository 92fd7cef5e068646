using System.Collections.Immutable;

namespace Tapline.Models;

/// <summary>Something that must hold of a model's rows.</summary>
/// <param name="Name">For messages: <c>customer_id unique</c>.</param>
/// <param name="Condition">SQL over the rows of the model that is true for a row that breaks it.</param>
public sealed record ModelTest(string Name, string Condition)
{
    /// <summary>The columns whose values together must be different; empty for other tests.</summary>
    public ImmutableArray<string> Unique { get; init; } = [];
}
