using System.Collections.Immutable;

namespace Tapline.Ingest.Synthetic;

/// <summary>What must be found of one stream.</summary>
/// <param name="Stream">The stream of the log.</param>
/// <param name="IsExact">Whether each message was acknowledged. A message of QoS 0 is not: then the counts are what was
/// sent, and no more than that may be found.</param>
/// <param name="Sent">Times that a message was sent, copies included.</param>
/// <param name="History">Different messages that must be in the history, once each.</param>
/// <param name="ClockSkew">Different messages whose time cannot be: to be quarantined as <c>clock_skew</c>.</param>
/// <param name="UnknownDevice">Different messages of devices that nobody knows: to be quarantined as
/// <c>unknown_device</c> where the worker is told which devices there are, else in the history.</param>
/// <param name="NotJson">Different messages that must be in the dead letters as <c>not_json</c>; those that were sent
/// again are there again.</param>
/// <param name="Wills">Last wills that were left to be published when a connection was lost. In the history, once
/// each.</param>
/// <param name="Faults">Of the messages in the history, how many had which fault.</param>
public sealed record StreamOracle(
    string Stream, bool IsExact, long Sent, long History, long ClockSkew, long UnknownDevice, long NotJson, long Wills,
    ImmutableSortedDictionary<string, long> Faults);
