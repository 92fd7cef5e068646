using Tapline.Contracts.Log;

namespace Tapline.Simulation.Tests.World;

/// <summary>A record of the source and what it means.</summary>
/// <param name="Record">What is in the log.</param>
/// <param name="Change">The change that it tells; null for none.</param>
/// <param name="IsPoison">Whether it belongs into quarantine.</param>
/// <param name="Told">The device's message that it is; null for none.</param>
sealed record SentRecord(EventRecord Record, Change? Change, bool IsPoison = false, DeviceTold? Told = null);

/// <summary>A message of a device.</summary>
/// <param name="Device">The device.</param>
/// <param name="Boot">Its boot.</param>
/// <param name="Number">The number in the boot.</param>
sealed record DeviceTold(int Device, int Boot, int Number)
{
    /// <summary>When it happened. Boots are half an hour apart, numbers ten seconds; the first are of another
    /// day.</summary>
    public DateTimeOffset At { get; } =
        new DateTimeOffset(2025, 3, 7, 23, 0, 0, TimeSpan.Zero).AddMinutes(30 * Boot).AddSeconds(10 * Number);
}

/// <summary>A change of a row.</summary>
/// <param name="Topic">Of which table.</param>
/// <param name="Op">What kind, in Debezium's letters.</param>
/// <param name="Lsn">Where it stands; both halves of a change of key stand at one place.</param>
/// <param name="Key">The row; null for a truncate.</param>
/// <param name="Body">Its value afterwards, or before it was deleted.</param>
sealed record Change(string Topic, char Op, long Lsn, int? Key, string? Body);
