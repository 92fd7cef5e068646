using System.Collections.Immutable;

namespace Tapline.Models;

/// <summary>Something that must hold of a model's rows.</summary>
/// <param name="Name">For messages: <c>customer_id unique</c>.</param>
/// <param name="Condition">SQL over the rows of the model that is true for a row that breaks it.</param>
public sealed record ModelTest(string Name, string Condition)
{
    /// <summary>The columns whose values together must be different; empty for other tests.</summary>
    public ImmutableArray<string> Unique { get; init; } = [];

    /// <summary>The column that it is about; empty for an expression.</summary>
    public string Column { get; init; } = "";

    /// <summary>The relation or model, and its column, that must have the value; null for other tests.</summary>
    public (string Relation, string Column)? Relationship { get; init; }

    /// <summary>The line of the model's file on which it stands.</summary>
    public int Line { get; init; } = 1;
}
