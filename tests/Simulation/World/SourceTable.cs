using System.Collections.Immutable;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;

namespace Tapline.Simulation.Tests.World;

/// <summary>A table of the simulated source: a key and a value that can be large.</summary>
sealed class SourceTable(string name, int partitions)
{
    /// <summary>The prefix of all topics: with it, of two lanes each has a table.</summary>
    public const string Prefix = "mart";

    /// <summary>The tables: one over two partitions, one that is truncated now and then.</summary>
    public static ImmutableArray<(string Name, int Partitions)> All { get; } = [("items", 2), ("notes", 1)];

    /// <summary>Its schema.</summary>
    public TableSchema Schema { get; } = new(
        new TableId("app", name),
        1,
        [PostgresTypes.Column("id", "integer", nullable: false, keyOrdinal: 0), PostgresTypes.Column("body", "text")],
        WireFormat.Tapline);

    /// <summary>Its topic.</summary>
    public string Topic { get; } = TopicNames.Data(Prefix, new TableId("app", name));

    /// <summary>Over how many partitions its rows go.</summary>
    public int Partitions { get; } = partitions;

    /// <summary>Its rows.</summary>
    public Dictionary<int, string> Rows { get; } = [];

    /// <summary>Where the records of a row go.</summary>
    public int PartitionOf(int key) => key % Partitions;
}
