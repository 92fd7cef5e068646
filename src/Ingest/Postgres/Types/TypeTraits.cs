using System.Collections.Immutable;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>What a column's type name does not tell. For an array it is said of its elements.</summary>
/// <param name="Kind">PostgreSQL's <c>typtype</c>: e for enums, r for ranges, c for composites …</param>
/// <param name="Labels">The labels of an enum, in its order; else empty.</param>
/// <param name="DefaultExpression">The column's default as PostgreSQL prints it; null for none.</param>
sealed record TypeTraits(char Kind, ImmutableArray<string> Labels, string? DefaultExpression)
{
    public const char Enum = 'e';

    /// <summary>A type of the ordinary kind.</summary>
    public static TypeTraits Base { get; } = new('b', [], null);
}
