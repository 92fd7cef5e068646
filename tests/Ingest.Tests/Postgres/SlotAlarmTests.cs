using Tapline.Ingest.Postgres;
using Tapline.Ingest.Postgres.Catalog;

namespace Tapline.Ingest.Tests.Postgres;

public sealed class SlotAlarmTests
{
    const long Mebibyte = 1 << 20;

    static readonly PostgresSourceOptions _options = new()
    {
        ConnectionString = "",
        Prefix = "p",
        SlotName = "s",
        SlotRetainedWarnBytes = 100 * Mebibyte,
        SlotRetainedErrorBytes = 200 * Mebibyte,
    };

    [Theory]
    [InlineData(99, null, null)]
    [InlineData(100, null, false)]
    [InlineData(199, null, false)]
    [InlineData(200, null, true)]
    [InlineData(1, 300, null)]
    [InlineData(1, 100, true)]
    public void Much_log_on_the_server_s_disk_is_a_warning_and_more_an_error(
        int retainedMebibytes, int? safeMebibytes, bool? isError) =>
        Assert.Equal(isError, Of("extended", retainedMebibytes, safeMebibytes)?.IsError);

    [Theory]
    [InlineData("wal_removed", "max_slot_wal_keep_size", "Raise max_slot_wal_keep_size")]
    [InlineData("rows_removed", "rows of its catalog", "hot_standby_feedback")]
    [InlineData("wal_level_insufficient", "wal_level was lowered", "Keep wal_level = logical")]
    [InlineData("idle_timeout", "nobody read it", "Raise idle_replication_slot_timeout")]
    [InlineData(null, "max_slot_wal_keep_size", "Raise max_slot_wal_keep_size")]
    public void A_lost_slot_is_told_with_its_reason_and_what_to_do(string? invalidation, string reason, string hint)
    {
        var alarm = Of("lost", 1, null, invalidation);
        Assert.NotNull(alarm);
        Assert.True(alarm.IsError);
        Assert.Contains(reason, alarm.Message);
        Assert.StartsWith(hint, alarm.Hint.Replace("On a standby, set ", "", StringComparison.Ordinal));
        Assert.Contains("pg_drop_replication_slot", alarm.Hint);
    }

    [Fact]
    public void A_slot_whose_log_is_no_longer_kept_is_an_error() =>
        Assert.Contains("about to be lost", Of("unreserved", 1, null)!.Message);

    static SlotAlarm? Of(string status, long retained, long? safe, string? invalidation = null) => SlotAlarm.Of(
        new ReplicationSlotState(
            "pgoutput", null, 1, status, safe * Mebibyte, 0, retained * Mebibyte, invalidation),
        _options);
}
