namespace Tapline.Models.Lineage;

/// <summary>One end of a dependency between columns, seen from the other end.</summary>
/// <param name="Column">The column there.</param>
/// <param name="Kind">What the dependency is.</param>
public readonly record struct LineageEdge(RelationColumn Column, LineageKind Kind)
{
    /// <summary>For messages: <c>accounts.id (value)</c>.</summary>
    public override string ToString() => $"{Column} ({(Kind == LineageKind.Value ? "value" : "filter")})";
}
