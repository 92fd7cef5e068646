namespace Tapline.Serving.Lake;

/// <summary>Which rows a caller sees.</summary>
/// <param name="Tenant">The tenant whose rows alone are seen; null for all rows.</param>
public sealed record QueryScope(string? Tenant)
{
    /// <summary>All rows of all tables.</summary>
    public static QueryScope All { get; } = new((string?)null);
}
