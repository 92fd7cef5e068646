using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Tapline.Kafka.Broker.Log;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker;

/// <summary>All topics of a data folder: which there are, how they are kept, and their open logs. What it answers with
/// no error is on disk.</summary>
sealed class TopicCatalog
{
    const string FileName = "topics.json";
    const string DeletedSuffix = ".deleted";

    readonly Lock _changing = new();
    readonly ConcurrentDictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    readonly BrokerOptions _options;
    readonly FrozenDictionary<string, string> _defaults;
    readonly TimeProvider _time;
    readonly ILogger _logger;
    int _partitionCount;

    public TopicCatalog(BrokerOptions options, TimeProvider time, ILogger logger)
    {
        (_options, _time, _logger) = (options, time, logger);
        _defaults = TopicSettings.Defaults(options);
        foreach (var leftover in Directory.EnumerateDirectories(options.DataDirectory, "*" + DeletedSuffix))
            Directory.Delete(leftover, recursive: true);
        var path = Path.Combine(options.DataDirectory, FileName);
        if (!File.Exists(path))
            return;
        foreach (var (name, entry) in JsonSerializer.Deserialize(File.ReadAllBytes(path),
            CatalogJson.Default.DictionaryStringCatalogEntry)!)
        {
            var settings = new TopicSettings(_defaults, entry.Settings);
            _topics[name] = new Topic(name, settings, Open(name, settings, 0, entry.Partitions));
        }
    }

    /// <summary>All topics, in no order.</summary>
    public ICollection<Topic> Topics => _topics.Values;

    /// <summary>The topic of this name; null when there is none.</summary>
    public Topic? Find(string name) => _topics.GetValueOrDefault(name);

    /// <summary>The log of a partition; null when there is none.</summary>
    public PartitionLog? Find(string topic, int partition) => Find(topic)?.Partition(partition);

    /// <summary>The topic, created with the broker's defaults if the options say so; else the reason why not.</summary>
    public (Topic? Topic, KafkaError Error) FindOrCreate(string name)
    {
        if (Find(name) is { } topic)
            return (topic, KafkaError.None);
        if (!Topic.IsValidName(name))
            return (null, KafkaError.InvalidTopic);
        if (!_options.AutoCreateTopics)
            return (null, KafkaError.UnknownTopicOrPartition);
        var (error, _) = Create(name, _options.DefaultPartitions, FrozenDictionary<string, string>.Empty, false);
        return error is KafkaError.None or KafkaError.TopicAlreadyExists
            ? (Find(name), KafkaError.None)
            : (null, error);
    }

    /// <summary>Creates a topic, or only says whether it could be.</summary>
    public (KafkaError Error, string? Reason) Create(
        string name, int partitions, IReadOnlyDictionary<string, string> settings, bool validateOnly)
    {
        if (!Topic.IsValidName(name))
            return (KafkaError.InvalidTopic, "a topic's name is 1 to 249 of a-z, A-Z, 0-9, '.', '_' and '-'");
        if (partitions < 1 || partitions > _options.PartitionsMax - _partitionCount)
            return (KafkaError.InvalidPartitions, $"1 to {_options.PartitionsMax - _partitionCount} partitions can be");
        if (ProblemOf(settings) is { } problem)
            return (KafkaError.InvalidConfig, problem);
        lock (_changing)
        {
            if (_topics.ContainsKey(name))
                return (KafkaError.TopicAlreadyExists, $"topic {name} exists");
            if (validateOnly)
                return (KafkaError.None, null);
            return Try(() =>
            {
                var checkedSettings = new TopicSettings(_defaults, settings);
                _topics[name] = new Topic(name, checkedSettings, Open(name, checkedSettings, 0, partitions));
                _logger.TopicCreated(name, partitions);
            });
        }
    }

    /// <summary>Adds partitions until there are <paramref name="count"/>.</summary>
    public (KafkaError Error, string? Reason) Grow(string name, int count, bool validateOnly)
    {
        lock (_changing)
        {
            if (Find(name) is not { } topic)
                return (KafkaError.UnknownTopicOrPartition, null);
            var added = (long)count - topic.Partitions.Length;
            if (added < 1 || added > _options.PartitionsMax - _partitionCount)
                return (KafkaError.InvalidPartitions, $"topic {name} has {topic.Partitions.Length} partitions already,"
                    + $" and {_options.PartitionsMax - _partitionCount} more can be");
            return validateOnly
                ? (KafkaError.None, null)
                : Try(() => topic.Grow(Open(name, topic.Settings, topic.Partitions.Length, (int)added)));
        }
    }

    /// <summary>Replaces all settings of a topic: what is not named falls back to its default.</summary>
    public (KafkaError Error, string? Reason) Alter(
        string name, IReadOnlyDictionary<string, string> settings, bool validateOnly)
    {
        lock (_changing)
        {
            if (Find(name) is not { } topic)
                return (KafkaError.UnknownTopicOrPartition, null);
            if (ProblemOf(settings) is { } problem)
                return (KafkaError.InvalidConfig, problem);
            return validateOnly
                ? (KafkaError.None, null)
                : Try(() => topic.Apply(new TopicSettings(_defaults, settings)));
        }
    }

    /// <summary>Deletes a topic and its logs. They get another name first: a crash in between leaves a topic without
    /// records, never a deleted one that comes back.</summary>
    public KafkaError Delete(string name)
    {
        lock (_changing)
        {
            if (!_topics.TryRemove(name, out var topic))
                return KafkaError.UnknownTopicOrPartition;
            _partitionCount -= topic.Partitions.Length;
            var (error, _) = Try(() =>
            {
                foreach (var partition in topic.Partitions)
                    partition.Delete(DeletedSuffix);
            });
            _logger.TopicDeleted(name);
            return error;
        }
    }

    static string? ProblemOf(IReadOnlyDictionary<string, string> settings) =>
        settings.Select(setting => TopicSettings.Problem(setting.Key, setting.Value))
            .FirstOrDefault(problem => problem is not null);

    PartitionLog[] Open(string name, TopicSettings settings, int first, int count)
    {
        var logs = new PartitionLog[count];
        for (var i = 0; i < count; i++)
        {
            var folder = Path.Combine(_options.DataDirectory, $"{name}-{first + i}");
            var opening = LogRecovery.Open(folder, _options.ProducersPerPartitionMax, _time.GetUtcNow(), _logger);
            logs[i] = new PartitionLog(folder, settings, opening, _logger);
        }
        _partitionCount += count;
        return logs;
    }

    (KafkaError Error, string? Reason) Try(Action change)
    {
        try
        {
            change();
            Save();
            return (KafkaError.None, null);
        }
        catch (IOException failure)
        {
            _logger.CatalogFailed(failure.Message);
            return (KafkaError.KafkaStorageError, failure.Message);
        }
    }

    void Save() => AtomicFile.Write(Path.Combine(_options.DataDirectory, FileName), JsonSerializer.SerializeToUtf8Bytes(
        _topics.ToDictionary(pair => pair.Key, pair => new CatalogEntry(pair.Value.Partitions.Length,
            pair.Value.Settings.Own.ToDictionary())), CatalogJson.Default.DictionaryStringCatalogEntry));
}

/// <summary>A topic as the catalog's file holds it.</summary>
sealed record CatalogEntry(int Partitions, Dictionary<string, string> Settings);

[JsonSourceGenerationOptions(RespectRequiredConstructorParameters = true, WriteIndented = true)]
[JsonSerializable(typeof(Dictionary<string, CatalogEntry>))]
sealed partial class CatalogJson : JsonSerializerContext;
