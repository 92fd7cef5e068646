namespace Tapline.Streaming.Windows;

/// <summary>A window of a key, and what has been told of it.</summary>
abstract class WindowState(string key, long startUs)
{
    /// <summary>The key.</summary>
    public string Key => key;

    /// <summary>Where it begins.</summary>
    public long StartUs { get; } = startUs;

    /// <summary>The revision of the next result; above 0 when there was one.</summary>
    public int Revision { get; set; }

    /// <summary>Whether it has ended.</summary>
    public bool IsFinal { get; set; }

    /// <summary>Whether events came since the last result.</summary>
    public bool IsDirty { get; set; }

    /// <summary>Whether it is no window any more.</summary>
    public bool IsGone { get; set; }
}
