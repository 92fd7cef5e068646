using System.Collections.Immutable;
using Tapline.Contracts.Sources;
using Tapline.Ingest.Postgres.Envelope;
using Tapline.Lakehouse.Storage;
using Tapline.Lakehouse.Storage.S3;
using Tapline.Models;
using Tapline.Streaming;
using Tapline.Streaming.Windows;

namespace Tapline.Cli.Configuration;

/// <summary>A pipeline as <c>tapline.yaml</c> describes it: checked, complete, unchangeable.</summary>
/// <param name="Name">The pipeline's name; also the prefix of its topics.</param>
/// <param name="Log">Where its change events are kept.</param>
/// <param name="Source">The database it reads; null when something else (Debezium) feeds the topics.</param>
/// <param name="Lake">Where its tables go.</param>
/// <param name="Stream">How the stream worker is bounded.</param>
sealed record PipelineConfig(string Name, LogConfig Log, SourceConfig? Source, LakeConfig Lake, StreamConfig Stream)
{
    /// <summary>The devices; null when there are none.</summary>
    public MqttConfig? Mqtt { get; init; }

    /// <summary>What is kept by key and time over the devices' streams.</summary>
    public ImmutableArray<StreamWindow> Windows { get; init; } = [];

    /// <summary>What is declared of the source's tables.</summary>
    public SourceDeclarations Sources { get; init; } = SourceDeclarations.None;

    /// <summary>How the lake is served; null where the configuration does not say.</summary>
    public ServeConfig? Serve { get; init; }

    /// <summary>The models that are kept current; null for none.</summary>
    public ModelPackage? Models { get; init; }
}

/// <summary>The log between ingest and stream.</summary>
abstract record LogConfig
{
    LogConfig() { } // Closed: no other subtype can exist.

    /// <summary>Tapline's own broker, in this process.</summary>
    /// <param name="Path">The folder of its segments.</param>
    /// <param name="Port">Its port on 127.0.0.1.</param>
    public sealed record Embedded(string Path, int Port) : LogConfig;

    /// <summary>A Kafka cluster.</summary>
    /// <param name="Bootstrap">Its addresses, <c>host:port</c> with commas between.</param>
    /// <param name="Client">Settings for the client as librdkafka names them, e.g. <c>security.protocol</c>.</param>
    public sealed record Cluster(string Bootstrap, IReadOnlyDictionary<string, string> Client) : LogConfig
    {
        /// <summary>The addresses alone: client settings hold secrets.</summary>
        public override string ToString() => Bootstrap;
    }
}

/// <summary>A PostgreSQL database to read.</summary>
/// <param name="Connection">Npgsql's connection string or a <c>postgres://</c> address. Holds a secret.</param>
/// <param name="Slot">The replication slot.</param>
/// <param name="Publications">The publications.</param>
/// <param name="Tables">Which tables, as <c>schema.name</c> with <c>*</c>.</param>
/// <param name="Parallelism">Tables (or parts of them) that the first snapshot copies at once.</param>
/// <param name="Heartbeat">How often an idle source says that it is alive.</param>
/// <param name="RetainedWarnBytes">How much log the server may keep for the slot before a warning.</param>
/// <param name="RetainedErrorBytes">How much before an error.</param>
/// <param name="Transactions">Whether transactions are marked in the log.</param>
/// <param name="Signals">The signal table, as <c>schema.name</c>.</param>
/// <param name="Spool">The folder where parts of transactions wait for the commit.</param>
sealed record SourceConfig(
    string Connection,
    string Slot,
    IReadOnlyList<string> Publications,
    IReadOnlyList<string> Tables,
    int Parallelism,
    TimeSpan Heartbeat,
    long RetainedWarnBytes,
    long RetainedErrorBytes,
    bool Transactions,
    string Signals,
    string Spool)
{
    /// <summary>How its records are written.</summary>
    public EnvelopeFormat Format { get; init; } = EnvelopeFormat.Default;

    /// <summary>The server and database, without user or password.</summary>
    public override string ToString() => ConnectionText.Masked(Connection);
}

/// <summary>The lake.</summary>
/// <param name="Path">Its folder, or <c>s3://bucket/prefix</c>.</param>
/// <param name="Durability">What a commit waits for; a bucket's is always full.</param>
sealed record LakeConfig(string Path, Durability Durability)
{
    /// <summary>How the bucket is used; null for a folder.</summary>
    public S3StoreOptions? S3 { get; init; }
}

/// <summary>The stream worker's bounds.</summary>
/// <param name="Epoch">How long changes are gathered between two commits.</param>
/// <param name="Lanes">How many lanes.</param>
/// <param name="MemoryBytesMax">What changes may take between two commits is an eighth of this; the rows of the current
/// tables come on top.</param>
/// <param name="MessageBytesMax">The longest message; a longer one goes to quarantine.</param>
sealed record StreamConfig(TimeSpan Epoch, int Lanes, long MemoryBytesMax, int MessageBytesMax)
{
    /// <summary>Whether commits are cut at the ends of the source's transactions only.</summary>
    public bool WholeTransactions { get; init; }

    /// <summary>Whether the current tables that are made take deletion vectors.</summary>
    public bool MergesOnRead { get; init; } = true;

    /// <summary>Whether the worker removes files that nobody needs.</summary>
    public bool CleansUp { get; init; } = true;

    /// <summary>What tables do when their source changes its columns.</summary>
    public EvolutionPolicies Evolution { get; init; } = EvolutionPolicies.Evolve;

    /// <summary>What current tables get when they are made.</summary>
    public CurrentTableRules CurrentTables { get; init; } = CurrentTableRules.Plain;
}
