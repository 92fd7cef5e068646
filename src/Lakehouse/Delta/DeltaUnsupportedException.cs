using System.Collections.Immutable;

namespace Tapline.Lakehouse.Delta;

/// <summary>A table that is well formed and needs features which this program does not have.</summary>
public sealed class DeltaUnsupportedException(string table, string purpose, ImmutableArray<string> features)
    : Exception($"table {table} cannot be {purpose} here: it needs {string.Join(", ", features)}")
{
    /// <summary>The features that are missing, as the protocol names them.</summary>
    public ImmutableArray<string> Features { get; } = features;
}
