namespace Tapline.Streaming;

/// <summary>One stream of device messages in a worker.</summary>
/// <param name="Name">The last word of its topic.</param>
/// <param name="Accepted">Messages taken since the start.</param>
/// <param name="Repeated">Repeats dropped since the start.</param>
/// <param name="Late">Messages taken since the start that came later than is allowed for.</param>
/// <param name="Quarantined">Messages put into quarantine since the start.</param>
/// <param name="Version">Version of its table.</param>
public sealed record DeviceStreamStatus(
    string Name, long Accepted, long Repeated, long Late, long Quarantined, long Version);
