using System.Collections.Immutable;
using Tapline.Contracts.Schema;

namespace Tapline.Ingest.Postgres;

/// <summary>What a source is doing.</summary>
public enum SourcePhase
{
    /// <summary>Connecting and checking.</summary>
    Starting,
    /// <summary>Copying the tables as they were when the slot was created.</summary>
    Snapshot,
    /// <summary>Following the changes.</summary>
    Streaming,
}

/// <summary>A source at one instant.</summary>
/// <param name="Phase">What it does.</param>
/// <param name="Tables">Each captured table.</param>
/// <param name="RowsPerSecond">Rows copied or changes streamed a second, over the last seconds.</param>
/// <param name="ReceivedLsn">Commit position of the last transaction received.</param>
/// <param name="AcknowledgedLsn">Up to where the slot was told that the log has everything.</param>
/// <param name="SlotLagBytes">How much of the database's log the slot holds back.</param>
/// <param name="SnapshotEta">How long the copy will go on at the present speed; null when nobody can say.</param>
public sealed record SourceStatus(
    SourcePhase Phase,
    ImmutableArray<TableStatus> Tables,
    double RowsPerSecond,
    long ReceivedLsn,
    long AcknowledgedLsn,
    long SlotLagBytes,
    TimeSpan? SnapshotEta);

/// <summary>One captured table.</summary>
/// <param name="Table">The table.</param>
/// <param name="RowsCopied">Rows copied by this run.</param>
/// <param name="RowsEstimated">Rows that this run has to copy, by the database's own estimate.</param>
/// <param name="ChangesStreamed">Changes streamed by this run.</param>
public sealed record TableStatus(TableId Table, long RowsCopied, long RowsEstimated, long ChangesStreamed);
