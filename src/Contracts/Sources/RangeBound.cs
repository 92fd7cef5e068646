namespace Tapline.Contracts.Sources;

/// <summary>One bound of a column's values, e.g. <c>&gt;= 0</c>.</summary>
/// <param name="Comparison">How a value compares with the bound.</param>
/// <param name="Bound">The bound, spelled as a value of the column's type.</param>
public sealed record RangeBound(RangeComparison Comparison, string Bound)
{
    /// <summary>Reads <c>&gt;= 0</c>; null when it is no comparison.</summary>
    public static RangeBound? Parse(string text)
    {
        text = text.Trim();
        var length = text.StartsWith(">=", StringComparison.Ordinal) || text.StartsWith("<=", StringComparison.Ordinal)
            ? 2
            : 1;
        if (text.Length <= length)
            return null;
        RangeComparison? comparison = text[..length] switch
        {
            ">=" => RangeComparison.AtLeast,
            "<=" => RangeComparison.AtMost,
            ">" => RangeComparison.Above,
            "<" => RangeComparison.Below,
            _ => null,
        };
        var bound = text[length..].Trim();
        return comparison is { } known && bound.Length > 0 ? new RangeBound(known, bound) : null;
    }

    /// <summary>Whether a value that compares so with the bound (negative: below it) keeps it.</summary>
    public bool Holds(int order) => Comparison switch
    {
        RangeComparison.AtLeast => order >= 0,
        RangeComparison.AtMost => order <= 0,
        RangeComparison.Above => order > 0,
        RangeComparison.Below => order < 0,
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

/// <summary>How a value compares with a bound.</summary>
public enum RangeComparison
{
    /// <summary><c>&gt;=</c></summary>
    AtLeast,
    /// <summary><c>&lt;=</c></summary>
    AtMost,
    /// <summary><c>&gt;</c></summary>
    Above,
    /// <summary><c>&lt;</c></summary>
    Below,
}
