using Tapline.Contracts.Schema;
using Tapline.Streaming.Tests.Decoding;

namespace Tapline.Integration.Tests.Replay;

/// <summary>Replays that are about order: rows that share a position, snapshots between changes, several
/// partitions.</summary>
public sealed class CapturedOrderTests
{
    [Fact]
    public async Task Rows_that_one_copy_wrote_at_one_position_are_all_kept()
    {
        await using var replay = await CapturedReplay.RunAsync(Tables(
            Table("copyt", ("id", "integer", 0), ("v", "text", -1)), Table("copynopk", ("v", "text", -1))),
            partitions: 1, "copy_same_lsn.jsonl");
        Assert.Equal(0, replay.Status.Quarantined);
        Assert.Equal(
            [["1", "a"], ["2", "b"], ["3", "c"], ["4", "d"], ["11", "x"], ["12", "y"], ["13", "z"], ["21", "p"],
                ["22", "q"]],
            await replay.Pipeline.QueryAsync("SELECT id, v FROM public.copyt ORDER BY id"));
        Assert.Equal(
            [["same"], ["same"], ["same"]], await replay.Pipeline.QueryAsync("SELECT v FROM public.copynopk"));
    }

    [Fact]
    public async Task Equal_rows_without_a_key_that_are_sent_again_are_counted()
    {
        await using var replay = await CapturedReplay.RunAsync(
            Tables(Table("copynopk", ("v", "text", -1))), partitions: 1,
            "copy_same_lsn.jsonl", "copy_same_lsn.jsonl");
        Assert.Equal(
            [["3"]], await replay.Pipeline.QueryAsync("SELECT count(*) FROM public.copynopk"));
    }

    [Fact]
    public async Task Snapshots_between_changes_end_in_the_rows_of_the_database()
    {
        await using var replay = await CapturedReplay.RunAsync(
            new CaptureCase("inc1", "inc_db_final.json", "inc1_signals_off.jsonl")
            {
                Columns = ColumnsFrom.SchemaTopic,
            });
        Assert.Equal([], await replay.DifferencesAsync());
        // Notifications, transactions and signals are no rows of anybody's table.
        Assert.Equal(0, replay.Status.Quarantined);
    }

    [Fact]
    public async Task The_bulk_runs_over_four_partitions_end_in_the_same_rows_once()
    {
        await using var replay = await CapturedReplay.RunAsync(
            Captures.Tables("bulk_db_final.json", "saas", WireFormat.DebeziumDefault), partitions: 4,
            "bulk_env_run1.jsonl", "bulk_env_run2_part0.jsonl", "bulk_env_run2_part1.jsonl");
        // ADD COLUMN … DEFAULT sends no event for the rows that the table had.
        Assert.Equal([], (await replay.DifferencesAsync()).Where(static difference => difference
            is not { Place: "public.g_accounts.region", Database: "eu", Lake: null }));
        Assert.Equal([], await replay.RepeatsInHistoryAsync());
        Assert.Equal(0, replay.Status.Quarantined);
        Assert.Equal(replay.RepeatsSent(), replay.Status.Tables.Sum(static table => table.Repeated));
    }

    static Dictionary<string, CapturedTable> Tables(params CapturedTable[] tables) =>
        tables.ToDictionary(static table => $"saas.{table.Schema.Table}");

    static CapturedTable Table(string name, params (string Name, string Type, int KeyOrdinal)[] columns) => new(
        new TableSchema(
            new TableId("public", name),
            1,
            [.. columns.Select(static column =>
                PostgresTypes.Column(column.Name, column.Type, keyOrdinal: column.KeyOrdinal))],
            WireFormat.DebeziumDefault),
        []);
}
