namespace Tapline.Lakehouse.Delta;

/// <summary>A table's log that breaks the format: names the file, what was wanted there and what was found.</summary>
public sealed class DeltaFormatException(string file, string wanted, string found, Exception? cause = null)
    : Exception($"{file}: {wanted} wanted, {found} found", cause)
{
    /// <summary>The key of the file.</summary>
    public string File { get; } = file;

    /// <summary>What should be there.</summary>
    public string Wanted { get; } = wanted;

    /// <summary>What is.</summary>
    public string Found { get; } = found;
}
