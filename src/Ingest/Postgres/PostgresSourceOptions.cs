using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres;

/// <summary>What to capture from which database, and how it is written to the log.</summary>
public sealed record PostgresSourceOptions
{
    /// <summary>Npgsql's connection string. A secret: it is never logged.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The first part of every topic's name.</summary>
    public required string Prefix { get; init; }

    /// <summary>The replication slot; created by the first start.</summary>
    public string SlotName { get; init; } = "tapline";

    /// <summary>The publications, one or more. A single one is created when it does not exist and the role may; none
    /// is ever changed.</summary>
    public IReadOnlyList<string> Publications { get; init; } = ["tapline"];

    /// <summary>Tables as <c>schema.table</c>, where <c>*</c> stands for anything; empty for every table of the
    /// publication, or, when that is to be created, every table of the database.</summary>
    public IReadOnlyList<string> Tables { get; init; } = [];

    /// <summary>How records are written.</summary>
    public EnvelopeFormat Format { get; init; } = EnvelopeFormat.Default;

    /// <summary>How many connections copy the tables at the start.</summary>
    public int SnapshotParallelism { get; init; } = 2;

    /// <summary>About how many rows are copied, and acknowledged by the log, as one resumable piece.</summary>
    public int ChunkRows { get; init; } = 50_000;

    /// <summary>The table whose inserted rows are signals, in Debezium's shape.</summary>
    public TableId SignalTable { get; init; } = new("tapline", "signals");

    /// <summary>How many rows are read, and acknowledged by the log, as one piece when a table is read again.</summary>
    public int RereadRows { get; init; } = 2048;

    /// <summary>How often a heartbeat record is written.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often at most the slot is acknowledged while changes flow, and how often at least it is while
    /// none do.</summary>
    public TimeSpan StatusInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether the beginning and end of each transaction are written to a topic of their own, and each
    /// change's place in its transaction into the change.</summary>
    public bool WritesTransactions { get; init; }

    /// <summary>Whether the server may send parts of large transactions before they commit (from its
    /// <c>logical_decoding_work_mem</c> on); the log gets them after the commit all the same.</summary>
    public bool StreamsOpenTransactions { get; init; } = true;

    /// <summary>Where such parts wait for their commit.</summary>
    public string SpoolFolder { get; init; } = Path.Combine(Path.GetTempPath(), "tapline-spool");

    /// <summary>Partitions of each data topic that is created.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>Kafka's settings of each data topic that is created. The default lets rows of up to 16 MiB in, which
    /// Kafka's
    /// own default of 1 MiB would refuse.</summary>
    public IReadOnlyDictionary<string, string>? TopicConfiguration { get; init; } =
        new Dictionary<string, string> { ["max.message.bytes"] = "16777216" };

    /// <summary>From how many bytes of log that the server keeps for the slot a warning is written.</summary>
    public long SlotRetainedWarnBytes { get; init; } = 1L << 30;

    /// <summary>From how many bytes of log that the server keeps for the slot an error is written.</summary>
    public long SlotRetainedErrorBytes { get; init; } = 10L << 30;
}
