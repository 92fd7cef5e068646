namespace Tapline.Models;

/// <summary>How far a model depends on time, which SQL reads from the relation <c>clock</c>.</summary>
public enum ModelTime
{
    /// <summary>Not at all.</summary>
    None,
    /// <summary>On the date: it is computed anew when the date changes.</summary>
    Date,
    /// <summary>On the tick: it is computed anew every five minutes.</summary>
    Tick,
}
