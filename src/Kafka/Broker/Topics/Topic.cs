using Tapline.Kafka.Broker.Log;

namespace Tapline.Kafka.Broker;

/// <summary>A topic and the logs of its partitions, by number. The array only grows, as a whole.</summary>
sealed class Topic(string name, TopicSettings settings, PartitionLog[] partitions)
{
    PartitionLog[] _partitions = partitions;

    public string Name { get; } = name;

    public TopicSettings Settings { get; private set; } = settings;

    public PartitionLog[] Partitions => Volatile.Read(ref _partitions);

    /// <summary>The log of a partition; null when there is none of this number.</summary>
    public PartitionLog? Partition(int number) =>
        number >= 0 && number < Partitions.Length ? Partitions[number] : null;

    /// <summary>Adds partitions behind those that are there.</summary>
    public void Grow(IEnumerable<PartitionLog> more) => Volatile.Write(ref _partitions, [.. _partitions, .. more]);

    /// <summary>Changes how all partitions are kept.</summary>
    public void Apply(TopicSettings settings)
    {
        Settings = settings;
        foreach (var partition in Partitions)
            partition.Settings = settings;
    }

    /// <summary>Whether Kafka allows a name; what passes is also safe as part of a path.</summary>
    public static bool IsValidName(string name) =>
        name.Length is > 0 and <= 249 && name is not ("." or "..")
        && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-');
}
