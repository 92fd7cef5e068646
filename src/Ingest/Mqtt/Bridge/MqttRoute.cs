using System.Buffers;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Tapline.Contracts;

namespace Tapline.Ingest.Mqtt.Bridge;

/// <summary>How the messages of some MQTT topics become records: a pattern such as
/// <c>bar/v1/{account_id}/{location_id}/{device_id}/{stream}</c>, whose names become fields of the record.</summary>
public sealed class MqttRoute
{
    const string StreamName = "stream";

    static readonly SearchValues<char> Reserved = SearchValues.Create("+#{}");

    readonly ImmutableArray<Level> _levels;
    readonly FrozenDictionary<string, string> _streams;
    readonly int _keyLevel;
    readonly int _tenantLevel;

    /// <summary>A route.</summary>
    /// <param name="pattern">Levels that are texts or names in braces; <c>{stream}</c> must be one of them.</param>
    /// <param name="streams">What <c>{stream}</c> may be, and the last word of the record's topic for each.</param>
    /// <param name="key">The name whose value is the record's key.</param>
    /// <param name="tenant">The name by whose value the partition is chosen; the key's when null.</param>
    public MqttRoute(string pattern, IReadOnlyDictionary<string, string> streams, string key, string? tenant)
    {
        Pattern = pattern;
        _streams = streams.ToFrozenDictionary(StringComparer.Ordinal);
        _levels = [.. pattern.Split('/').Select(static level => new Level(level))];
        foreach (var name in Names.GroupBy(static name => name).Where(static group => group.Count() > 1))
            throw Wrong($"names {{{name.Key}}} twice");
        if (_levels.Any(static level => level.Text.AsSpan().ContainsAny(Reserved)))
            throw Wrong("has a level that is neither a text nor one name in braces");
        StreamLevel = LevelOf(StreamName);
        _keyLevel = LevelOf(key);
        _tenantLevel = tenant is null ? _keyLevel : LevelOf(tenant);
    }

    /// <summary>The pattern.</summary>
    public string Pattern { get; }

    /// <summary>The last words of the topics that records go to.</summary>
    public IEnumerable<string> Streams => _streams.Values.Distinct(StringComparer.Ordinal);

    /// <summary>The topic filters that bring this route's messages.</summary>
    public IEnumerable<string> Filters => Topics(key: "+");

    /// <summary>The topics that a device may publish to under its own name: its key is its client identifier.</summary>
    internal IEnumerable<string> OwnTopics => Topics(key: "{client_id}");

    /// <summary>The names whose values become fields of the record.</summary>
    public IEnumerable<string> Fields => Names.Where(static name => name != StreamName);

    int StreamLevel { get; }

    IEnumerable<string> Names => _levels.Where(static level => level.IsName).Select(static level => level.Text);

    /// <summary>What a topic means; null when it is not of this pattern. Its stream is null when it is none of the
    /// route's.</summary>
    internal RouteMatch? TryMatch(string topic)
    {
        var words = topic.Split('/');
        if (words.Length != _levels.Length)
            return null;
        var fields = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        for (var i = 0; i < words.Length; i++)
        {
            var level = _levels[i];
            if (!level.IsName && level.Text != words[i] || level.IsName && words[i].Length == 0)
                return null;
            if (level.IsName && i != StreamLevel)
                fields.Add(new(level.Text, words[i]));
        }
        return new RouteMatch(_streams.GetValueOrDefault(words[StreamLevel]), words[_keyLevel], words[_tenantLevel],
            fields.ToImmutable());
    }

    IEnumerable<string> Topics(string key) => _streams.Keys.Select(stream => string.Join('/', _levels.Select(
        (level, i) => !level.IsName ? level.Text
            : i == StreamLevel ? stream
            : i == _keyLevel ? key
            : "+")));

    int LevelOf(string name)
    {
        for (var i = 0; i < _levels.Length; i++)
        {
            if (_levels[i].IsName && _levels[i].Text == name)
                return i;
        }
        throw Wrong($"has no {{{name}}}");
    }

    TaplineException Wrong(string what) => new(
        $"the MQTT route \"{Pattern}\" {what}",
        "write it as texts and names in braces with / between, e.g. site/{device_id}/{stream}");

    readonly record struct Level
    {
        public Level(string level)
        {
            IsName = level.Length > 2 && level[0] == '{' && level[^1] == '}';
            Text = IsName ? level[1..^1] : level;
        }

        public bool IsName { get; }

        public string Text { get; }
    }
}

/// <summary>What a topic's levels say.</summary>
/// <param name="Stream">The last word of the record's topic; null when the stream is unknown.</param>
/// <param name="Key">The record's key.</param>
/// <param name="Tenant">What the partition is chosen by.</param>
/// <param name="Fields">The names and their values, without the stream.</param>
sealed record RouteMatch(
    string? Stream, string Key, string Tenant, ImmutableArray<KeyValuePair<string, string>> Fields);
