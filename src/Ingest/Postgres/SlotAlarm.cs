using System.Globalization;
using Tapline.Ingest.Postgres.Catalog;

namespace Tapline.Ingest.Postgres;

/// <summary>What is wrong with how much log a slot holds back.</summary>
/// <param name="Message">What it is.</param>
/// <param name="Hint">What to do about it.</param>
/// <param name="IsError">Whether it cannot wait: the slot is lost or close to it, or the upper limit is
/// passed.</param>
sealed record SlotAlarm(string Message, string Hint, bool IsError)
{
    // Below this much room the server is close to giving the slot up.
    const long SafeBytesMin = 256L << 20;

    const string LetItRun =
        "Let the source run and the log take its records; look for transactions that stay open "
        + "(SELECT pid, xact_start, query FROM pg_stat_activity ORDER BY xact_start;).";

    /// <summary>Judges a slot; null when all is well.</summary>
    public static SlotAlarm? Of(ReplicationSlotState slot, PostgresSourceOptions options)
    {
        if (slot.IsLost)
        {
            var lost = SlotFailure.Lost(options, slot.Invalidation);
            return new SlotAlarm(lost.Message, lost.Hint!, IsError: true);
        }
        if (slot.WalStatus == "unreserved" || slot.SafeWalBytes < SafeBytesMin)
        {
            return new SlotAlarm(
                $"slot {options.SlotName} is about to be lost: {Megabytes(Math.Max(0, slot.SafeWalBytes ?? 0))} more "
                + "may be written before the server removes log that was not read yet",
                $"{LetItRun} Raise max_slot_wal_keep_size.",
                IsError: true);
        }
        if (slot.RetainedBytes < options.SlotRetainedWarnBytes)
            return null;
        return new SlotAlarm(
            $"the server keeps {Megabytes(slot.RetainedBytes)} of its log for slot {options.SlotName}",
            LetItRun,
            slot.RetainedBytes >= options.SlotRetainedErrorBytes);
    }

    static string Megabytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes >> 20} MiB");
}
