namespace Tapline.Settings;

/// <summary>Everything that is wrong with a configuration, told at once.</summary>
public sealed class ConfigException(IReadOnlyList<string> problems)
    : Exception(string.Join(Environment.NewLine, problems))
{
    /// <summary>One sentence a mistake, each with file and line.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;
}
