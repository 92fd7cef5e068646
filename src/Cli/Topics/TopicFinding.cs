namespace Tapline.Cli.Topics;

/// <summary>One thing about a topic or its connector that costs data, or may.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="What">What happens, in one sentence.</param>
/// <param name="Where">The topic, or the setting of the connector.</param>
/// <param name="Fix">The setting to change, or the statement to run.</param>
sealed record TopicFinding(FindingSeverity Severity, string What, string Where, string Fix);

/// <summary>How bad a finding is.</summary>
enum FindingSeverity
{
    /// <summary>Changes or values are lost.</summary>
    Loss,
    /// <summary>Values are lost in some cases, or something else fails.</summary>
    Risk,
    /// <summary>Good to know.</summary>
    Note,
}
