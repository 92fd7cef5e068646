using System.Collections.Immutable;

namespace Tapline.Contracts.Sources;

/// <summary>What a declaration says of one column: its type, and the contract that its values keep.</summary>
/// <param name="Name">As the source spells it.</param>
/// <param name="Type">As PostgreSQL's <c>format_type</c> prints it; null where the topic says it.</param>
public sealed record DeclaredColumn(string Name, string? Type)
{
    /// <summary>Whether null breaks the contract.</summary>
    public bool NotNull { get; init; }

    /// <summary>The only values that there may be besides null; empty when any may.</summary>
    public ImmutableArray<string> Accepted { get; init; } = [];

    /// <summary>Bounds that every value keeps.</summary>
    public ImmutableArray<RangeBound> Range { get; init; } = [];

    /// <summary>Whether the values are personal data: they are masked wherever records are shown.</summary>
    public bool IsPersonal { get; init; }

    /// <summary>Whether there is anything to check.</summary>
    public bool HasContract => NotNull || Accepted.Length > 0 || Range.Length > 0;
}
