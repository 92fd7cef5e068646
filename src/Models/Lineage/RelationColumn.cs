namespace Tapline.Models.Lineage;

/// <summary>A column of a relation, model or source.</summary>
/// <param name="Relation">Whose column it is.</param>
/// <param name="Column">Its name.</param>
public readonly record struct RelationColumn(string Relation, string Column) : IComparable<RelationColumn>
{
    /// <summary>By relation, then by name.</summary>
    public int CompareTo(RelationColumn other) =>
        string.CompareOrdinal(Relation, other.Relation) is not 0 and var order
            ? order
            : string.CompareOrdinal(Column, other.Column);

    /// <summary>As in SQL: <c>accounts.id</c>.</summary>
    public override string ToString() => $"{Relation}.{Column}";
}
