using System.Collections.Immutable;

namespace Tapline.Lakehouse.Delta.History;

/// <summary>What a commit says about itself. Writers say what they like, so everything but the version may be
/// absent.</summary>
/// <param name="Version">The version that it made.</param>
/// <param name="At">When: by the commit's own clock where the table keeps one, else by the age of its file.</param>
public sealed record CommitRecord(long Version, DateTimeOffset At)
{
    /// <summary>What was done, e.g. <c>MERGE</c>.</summary>
    public string? Operation { get; init; }

    /// <summary>Its settings.</summary>
    public ImmutableSortedDictionary<string, string> Parameters { get; init; } = Empty;

    /// <summary>Its counts.</summary>
    public ImmutableSortedDictionary<string, string> Metrics { get; init; } = Empty;

    /// <summary>The program.</summary>
    public string? Engine { get; init; }

    static ImmutableSortedDictionary<string, string> Empty { get; } =
        ImmutableSortedDictionary<string, string>.Empty.WithComparers(StringComparer.Ordinal);
}
