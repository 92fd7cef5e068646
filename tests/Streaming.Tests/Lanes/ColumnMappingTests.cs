using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Delta.Maintenance;

namespace Tapline.Streaming.Tests.Lanes;

/// <summary>Current tables whose columns are renamed and dropped while files stay.</summary>
public sealed class ColumnMappingTests
{
    const string Root = "current/app.items";
    const string History = "history/app.items";

    static readonly CurrentTableOptions Mapped = new() { MapsColumns = true, KeepsChanges = true };

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_column_that_was_renamed_in_the_lake_goes_on_with_its_source_column(bool mergesOnRead)
    {
        await using var world = new LaneWorld { MergesOnRead = mergesOnRead, CurrentTables = Mapped };
        await world.AnnounceAsync(Ct);
        for (var id = 0; id < 8; id++)
            await world.PutAsync(id, $"{id}", Ct);
        await world.CatchUpAsync(Ct);
        await AlterAsync(world, new ColumnAlteration.Rename("body", "text"));
        await world.PutAsync(2, "changed", Ct);
        await world.PutAsync(3, "", Ct, unchangedBody: true);
        await world.DeleteAsync(4, Ct);
        await world.CatchUpAsync(Ct);
        await world.AddColumnAsync("n", "integer", Ct);
        await world.SendRowAsync(9, 'c', """{"id":9,"body":"nine","n":9}""", Ct);
        await world.CatchUpAsync(Ct);

        Assert.Empty(await world.QuarantineAsync(Ct));
        Assert.Equal(
            [
                ["0", "0", null], ["1", "1", null], ["2", "changed", null], ["3", "3", null], ["5", "5", null],
                ["6", "6", null], ["7", "7", null], ["9", "nine", "9"],
            ],
            await world.QueryAsync(Root, "id, \"text\", n", Ct, "ORDER BY id"));
        Assert.Empty(await new TableCheck(world.Lake, Root).RunAsync(Ct));
        // The history cannot rename: what came before has its old name there.
        var history = await world.QueryAsync(History, "id, body, \"text\"", Ct, "ORDER BY _offset");
        Assert.Equal("7|7|", string.Join('|', history[7]));
        Assert.Equal("2||changed", string.Join('|', history[8]));
    }

    [Fact]
    public async Task A_column_that_the_source_has_dropped_goes_when_a_lane_takes_the_table_up()
    {
        await using var world = new LaneWorld { CurrentTables = Mapped with { DropsRetired = true } };
        await world.AnnounceAsync(Ct);
        await world.AlterAsync(Ct, ("a", "text"), ("b", "text"));
        await world.SendRowAsync(1, 'c', """{"id":1,"a":"a1","b":"b1"}""", Ct);
        await world.CatchUpAsync(Ct);
        await world.AlterAsync(Ct, ("b", "text"));
        await world.SendRowAsync(2, 'c', """{"id":2,"b":"b2"}""", Ct);
        await world.CatchUpAsync(Ct);
        Assert.Contains("a", await NamesAsync(world));
        await world.SendRowAsync(3, 'c', """{"id":3,"b":"b3"}""", Ct);
        await world.CatchUpAsync(Ct);
        Assert.DoesNotContain("a", await NamesAsync(world));
        // It comes back as another column, of a type that the history does not have under the name.
        await world.AlterAsync(Ct, ("b", "text"), ("a", "integer"));
        await world.SendRowAsync(1, 'u', """{"id":1,"a":7,"b":"b1"}""", Ct);
        await world.CatchUpAsync(Ct);

        Assert.Empty(await world.QuarantineAsync(Ct));
        Assert.Equal(
            [["1", "b1", "7"], ["2", "b2", null], ["3", "b3", null]],
            await world.QueryAsync(Root, "id, b, a_2", Ct, "ORDER BY id"));
        Assert.Equal(
            [["1", "a1", null], ["2", null, null], ["3", null, null], ["1", null, "7"]],
            await world.QueryAsync(History, "id, a, a_2", Ct, "ORDER BY _offset"));
    }

    [Fact]
    public async Task A_worker_whose_table_is_altered_takes_it_up_anew()
    {
        await using var world = new LaneWorld { CurrentTables = Mapped };
        await world.AnnounceAsync(Ct);
        await world.PutAsync(1, "one", Ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var running = world.Worker().RunAsync(stop.Token);
        while (!await world.IsCaughtUpAsync(Ct))
            await Task.Delay(5, Ct);
        await AlterAsync(world, new ColumnAlteration.Rename("body", "text"));
        await world.PutAsync(1, "two", Ct);
        await world.PutAsync(2, "three", Ct);
        while (!running.IsCompleted && !await world.IsCaughtUpAsync(Ct))
            await Task.Delay(5, Ct);
        await stop.CancelAsync();
        await running;

        Assert.Equal([["1", "two"], ["2", "three"]], await world.QueryAsync(Root, "id, \"text\"", Ct, "ORDER BY id"));
    }

    static async Task AlterAsync(LaneWorld world, ColumnAlteration alteration) =>
        Assert.IsType<CommitOutcome.Committed>(await (await TableAsync(world)).CommitAsync(
            new DeltaCommit { Operation = "RENAME COLUMN", Alterations = [alteration] }, Ct));

    static async Task<IEnumerable<string>> NamesAsync(LaneWorld world) =>
        (await TableAsync(world)).Snapshot.Schema.Select(static column => column.Name);

    static async Task<DeltaTable> TableAsync(LaneWorld world) => (await DeltaTable.OpenAsync(
        world.Lake, Root, new DeltaServices(TimeProvider.System, Guid.NewGuid), Ct))!;
}
