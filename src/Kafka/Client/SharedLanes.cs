namespace Tapline.Kafka.Client;

/// <summary>The lanes that the workers of a pipeline share.</summary>
/// <param name="Topic">The topic that stands for them: a partition a lane.</param>
/// <param name="Group">The consumer group that the workers form.</param>
/// <param name="Count">How many there are.</param>
public sealed record SharedLanes(string Topic, string Group, int Count);
