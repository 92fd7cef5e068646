namespace Tapline.Models;

/// <summary>How a model is kept current.</summary>
public enum ModelKind
{
    /// <summary>Computed anew for the keys that something changed for.</summary>
    Derive,
    /// <summary>Like <see cref="Derive"/>, but rows that the SELECT does not give any more stay as they were: what was
    /// current on each date.</summary>
    Snapshot,
    /// <summary>Aggregates of new rows, merged into those that are stored.</summary>
    Fold,
    /// <summary>Not stored: computed by whoever reads it.</summary>
    View,
}
