using System.Collections.Immutable;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;

namespace Tapline.Contracts.Sources;

/// <summary>What a person has declared of the source's tables: columns, keys, contracts, and how their events spell
/// values; and of the devices' messages.</summary>
/// <param name="Format">What holds for every table that says nothing else.</param>
/// <param name="Tables">The declarations in their order: what matches a table later stands on top of what matches it
/// before.</param>
public sealed record SourceDeclarations(DeclaredFormat Format, ImmutableArray<DeclaredTable> Tables)
{
    /// <summary>Nothing is declared.</summary>
    public static SourceDeclarations None { get; } = new(new DeclaredFormat(), []);

    /// <summary>What is declared of the devices' messages.</summary>
    public DeclaredDevices Devices { get; init; } = DeclaredDevices.None;

    /// <summary>All that is declared of a table; null when nothing is.</summary>
    public DeclaredTable? Find(TableId table)
    {
        DeclaredTable? found = null;
        foreach (var declared in Tables)
        {
            if (declared.Matches(table))
                found = found is null ? declared : found.With(declared);
        }
        return found is null ? null : found with { Format = found.Format.Over(Format) };
    }

    /// <summary>The table behind a topic. A topic's name has lost what Kafka does not allow: a declaration of that very
    /// table gives it back.</summary>
    public TableId? TableOf(string prefix, string topic)
    {
        foreach (var declared in Tables.Where(static declared => declared.IsOneTable))
        {
            var table = TableId.Parse(declared.Pattern);
            if (TopicNames.Data(prefix, table) == topic)
                return table;
        }
        if (!topic.StartsWith(prefix + ".", StringComparison.Ordinal))
            return null;
        var words = topic[(prefix.Length + 1)..].Split('.');
        return words.Length == 2 ? new TableId(words[0], words[1]) : null;
    }

    /// <summary>The schema that is declared for the table behind a topic; null when none is.</summary>
    public TableSchema? SchemaOf(string prefix, string topic) =>
        TableOf(prefix, topic) is { } table ? Find(table)?.SchemaOf(table) : null;

    /// <summary>What is declared of the table behind a topic, as far as it goes.</summary>
    public KnownTable KnownOf(string prefix, string topic)
    {
        var table = TableOf(prefix, topic) ?? new TableId("", topic);
        return (Find(table) ?? new DeclaredTable(topic) { Format = Format }).KnownOf(table);
    }
}
