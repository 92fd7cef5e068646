using Npgsql;
using Tapline.Contracts;

namespace Tapline.Ingest.Postgres;

/// <summary>What can be wrong with a slot, in words. None of it may be mended silently: changes would be
/// missing.</summary>
static class SlotFailure
{
    public static TaplineException? From(PostgresException exception, PostgresSourceOptions options) =>
        exception.SqlState switch
        {
            PostgresErrorCodes.ObjectNotInPrerequisiteState when exception.MessageText.Contains("replication slot") =>
                Lost(options, null, exception),
            PostgresErrorCodes.UndefinedObject when exception.MessageText.Contains("replication slot") =>
                Missing(options, exception),
            _ => null,
        };

    public static TaplineException Lost(
        PostgresSourceOptions options, string? invalidation = null, Exception? cause = null) => new(
        $"slot {options.SlotName} is lost: {Reason(invalidation)}, so changes are missing",
        $"{Prevention(invalidation)} {Resync(options)}",
        cause);

    public static TaplineException Missing(PostgresSourceOptions options, Exception? cause = null) => new(
        $"slot {options.SlotName} does not exist any more, although this source has read from it: changes are missing",
        Resync(options),
        cause);

    public static TaplineException InUse(PostgresSourceOptions options, Exception cause) => new(
        $"slot {options.SlotName} is read by another process",
        $"Stop the other reader (SELECT active_pid FROM pg_replication_slots WHERE slot_name = '{options.SlotName}';), "
        + "or choose another slot name.",
        cause);

    public static TaplineException NoneFree(Exception cause) => new(
        "the server has no replication slot left",
        "Raise max_replication_slots and restart it, or drop a slot that nobody reads "
        + "(SELECT slot_name, active FROM pg_replication_slots;).",
        cause);

    public static TaplineException Foreign(PostgresSourceOptions options) => new(
        $"slot {options.SlotName} exists, but the log knows nothing of a source {options.Prefix} that created it",
        $"If nobody needs it, run SELECT pg_drop_replication_slot('{options.SlotName}'); "
        + "otherwise choose another slot name.");

    static string Reason(string? invalidation) => invalidation switch
    {
        "rows_removed" => "the server removed rows of its catalog that the slot needs",
        "wal_level_insufficient" => "wal_level was lowered",
        "idle_timeout" => "nobody read it for idle_replication_slot_timeout",
        _ => "the server removed log that was not read yet (max_slot_wal_keep_size)",
    };

    static string Prevention(string? invalidation) => invalidation switch
    {
        "rows_removed" => "On a standby, set hot_standby_feedback = on.",
        "wal_level_insufficient" => "Keep wal_level = logical.",
        "idle_timeout" => "Raise idle_replication_slot_timeout, or let the source run.",
        _ => "Raise max_slot_wal_keep_size, or let the source run.",
    };

    static string Resync(PostgresSourceOptions options) =>
        $"Run SELECT pg_drop_replication_slot('{options.SlotName}'); where the slot still exists, then start again "
        + "under another pipeline name and with a new lake folder: every table is copied again.";
}
