using System.Globalization;

namespace Tapline.Ingest.Postgres.Signals;

/// <summary>Which transactions a snapshot sees, as <c>pg_current_snapshot()</c> prints it.</summary>
/// <param name="Xmax">The first transaction that had not begun to end.</param>
/// <param name="Running">Older transactions whose end it does not see.</param>
/// <param name="TakenMicros">When it was taken, microseconds since 1970.</param>
sealed record SnapshotBounds(uint Xmax, IReadOnlySet<uint> Running, long TakenMicros)
{
    /// <summary>Reads <c>xmin:xmax:xip,xip</c>; the numbers' upper halves count wraps and are left away.</summary>
    public static SnapshotBounds Parse(string text, long takenMicros)
    {
        var parts = text.Split(':');
        var running = parts[2].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Lower).ToHashSet();
        return new SnapshotBounds(Lower(parts[1]), running, takenMicros);
    }

    /// <summary>Whether it sees what a transaction that has ended did.</summary>
    public bool Sees(uint transactionId) =>
        unchecked((int)(transactionId - Xmax)) < 0 && !Running.Contains(transactionId);

    static uint Lower(string number) =>
        (uint)(ulong.Parse(number, CultureInfo.InvariantCulture) & uint.MaxValue);
}
