namespace Tapline.Models.Lineage;

/// <summary>How a column follows from another one.</summary>
public enum LineageKind
{
    /// <summary>Its value is computed from the other's.</summary>
    Value,
    /// <summary>The other decides which rows count for it: conditions, joins, groups, the order of windows.</summary>
    Filter,
}
