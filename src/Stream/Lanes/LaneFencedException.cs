namespace Tapline.Streaming.Lanes;

/// <summary>Somebody else has committed for this lane: nothing in its memory may be used again. The worker drops the
/// lane
/// and loads it anew from the lake.</summary>
sealed class LaneFencedException(string message) : Exception(message);
