namespace Tapline.Models;

/// <summary>How two values of a fold's column become one.</summary>
public enum Combiner
{
    /// <summary>Part of the key: both are the same.</summary>
    Key,
    /// <summary>Added; sums and counts.</summary>
    Sum,
    /// <summary>The smaller one.</summary>
    Min,
    /// <summary>The larger one.</summary>
    Max,
    /// <summary>The bits of either.</summary>
    BitOr,
    /// <summary>The bits of both.</summary>
    BitAnd,
}
