using Tapline.Contracts.Log;

namespace Tapline.Simulation.Tests.World;

/// <summary>A record of the source and what it means.</summary>
/// <param name="Record">What is in the log.</param>
/// <param name="Change">The change that it tells; null for none.</param>
/// <param name="IsPoison">Whether it belongs into quarantine.</param>
sealed record SentRecord(EventRecord Record, Change? Change, bool IsPoison = false);

/// <summary>A change of a row.</summary>
/// <param name="Topic">Of which table.</param>
/// <param name="Op">What kind, in Debezium's letters.</param>
/// <param name="Lsn">Where it stands; both halves of a change of key stand at one place.</param>
/// <param name="Key">The row; null for a truncate.</param>
/// <param name="Body">Its value afterwards, or before it was deleted.</param>
sealed record Change(string Topic, char Op, long Lsn, int? Key, string? Body);
