namespace Tapline.Streaming.Epochs;

/// <summary>The reading of a whole table that has ended in some of its partitions.</summary>
/// <param name="BeginLsn">Where in the source's log it began.</param>
/// <param name="Partitions">How many partitions are told of the end.</param>
/// <param name="Missing">How many of them have not been.</param>
public sealed record RereadMark(long BeginLsn, int Partitions, int Missing);
