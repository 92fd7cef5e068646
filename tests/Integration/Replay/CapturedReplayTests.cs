namespace Tapline.Integration.Tests.Replay;

/// <summary>Replays what a real connector wrote: the lake must end in what the database held, but for what the
/// connector never said.</summary>
public sealed class CapturedReplayTests
{
    public static TheoryData<string> Names => new(CaptureCases.All.Select(static capture => capture.Name));

    [Theory, MemberData(nameof(Names))]
    public async Task A_capture_ends_in_the_rows_of_the_database_but_for_what_it_cannot_say(string name)
    {
        var capture = CaptureCases.All.Single(capture => capture.Name == name);
        await using var replay = await CapturedReplay.RunAsync(capture);
        var differences = await replay.DifferencesAsync();
        foreach (var difference in differences)
            TestContext.Current.TestOutputHelper?.WriteLine($"{difference}"[..Math.Min(300, $"{difference}".Length)]);
        Assert.Equal(CapturedReplay.Expected(capture.Differences), CapturedReplay.Summary(differences));
        Assert.Equal(capture.Quarantined, await replay.QuarantinedAsync());
        Assert.Equal([], await replay.RepeatsInHistoryAsync());
        if (capture.Repeats is not { } repeats)
            return;
        Assert.Equal(repeats, replay.RepeatsSent());
        Assert.Equal(repeats, replay.Status.Tables.Sum(static table => table.Repeated));
    }

    [Fact]
    public async Task The_bulk_runs_end_in_the_rows_of_the_database()
    {
        await using var replay = await CapturedReplay.RunAsync(new CaptureCase(
            "bulk", "bulk_db_final.json",
            "bulk_env_run1.jsonl", "bulk_env_run2_part0.jsonl", "bulk_env_run2_part1.jsonl")
        {
            Columns = ColumnsFrom.SchemaTopic,
        });
        // ADD COLUMN … DEFAULT sends no event for the rows that the table had.
        var added = (await replay.DifferencesAsync()).ToLookup(
            static difference => difference is { Place: "public.g_accounts.region", Database: "eu", Lake: null });
        Assert.Equal([], added[false]);
        Assert.Equal(542, added[true].Count());
        Assert.Equal([], await replay.RepeatsInHistoryAsync());
        Assert.Equal(2231, replay.Status.Tables.Sum(static table => table.Repeated));
        Assert.Equal(0, replay.Status.Quarantined);
    }

    [Fact]
    public async Task An_update_of_one_small_column_keeps_all_large_values_that_it_leaves_out()
    {
        // No contents of the database lie beside it: the insert has them all.
        var toast = new CaptureCase("toast1", "db_final.json", "toast1_default_on.jsonl");
        const string query = "SELECT * EXCLUDE (small) FROM public.toast_all";
        await using var inserted = await CapturedReplay.RunAsync(
            toast with { Rewrite = static records => records.Take(1) });
        await using var updated = await CapturedReplay.RunAsync(toast);
        var row = Assert.Single(await inserted.Pipeline.QueryAsync(query));
        Assert.True(row.Length > 40);
        Assert.All(row, Assert.NotNull);
        Assert.Equal(row, Assert.Single(await updated.Pipeline.QueryAsync(query)));
        Assert.Equal([["1"]], await updated.Pipeline.QueryAsync("SELECT small FROM public.toast_all"));
        Assert.Empty(await updated.QuarantinedAsync());
    }

    [Fact]
    public async Task Without_any_declaration_every_change_waits_in_quarantine_with_what_to_do()
    {
        await using var replay = await CapturedReplay.RunAsync(
            new CaptureCase("nothing", "restart_db_final.json", "restart_run1.jsonl"));
        var waiting = Assert.Single(await replay.Pipeline.QueryAsync(
            "SELECT reason, bool_and(detail LIKE '%./tapline discover%'), count(*) FROM quarantine GROUP BY reason"));
        Assert.Equal("unknown_table", waiting[0]);
        Assert.Equal("true", waiting[1]);
        Assert.Equal(replay.ChangesSent(), int.Parse(waiting[2]!));
        Assert.Empty(replay.Status.Tables);
    }
}
