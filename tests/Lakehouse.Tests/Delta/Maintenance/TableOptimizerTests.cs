using Tapline.Lakehouse.Delta.Maintenance;

namespace Tapline.Lakehouse.Tests.Delta.Maintenance;

public sealed class TableOptimizerTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Small_files_and_deleted_rows_become_one_file_with_the_same_rows()
    {
        using var world = await MaintainedTable.CreateAsync();
        for (var i = 0; i < 5; i++)
            await world.AppendAsync(i * 10, 10);
        await world.DeleteAsync(world.Table.Snapshot.Files.Values.First().Location, 0, 9);
        var gone = await world.AppendAsync(50, 2);
        await world.DeleteAsync(gone.Location, 0, 1);
        var before = await world.IdsAsync();

        var report = await OptimizeAsync(world);

        Assert.Equal((1, 6, 0), (report.AddedCount, report.RemovedCount, report.ConflictCount));
        var file = Assert.Single(world.Table.Snapshot.Files.Values);
        Assert.Equal((48L, "0"), (file.RowCount, file.Lane));
        var commit = Path.Combine(world.Folder, "_delta_log", $"{world.Table.Snapshot.Version:D20}.json");
        Assert.DoesNotContain("\"dataChange\":true", await File.ReadAllTextAsync(commit, Ct));
        Assert.Equal(before, await world.IdsAsync());
        Assert.Equal(48, before.Length);
        Assert.Equal(0, (await OptimizeAsync(world)).RemovedCount);
        Assert.Empty(await new TableCheck(world.Store, MaintainedTable.Root).RunAsync(Ct));
    }

    [Fact]
    public async Task A_file_is_as_large_as_it_may_be_and_no_larger()
    {
        using var world = await MaintainedTable.CreateAsync();
        for (var i = 0; i < 6; i++)
            await world.AppendAsync(i * 10, 10);

        await new TableOptimizer(world.Store, MaintainedTable.Root) { FileRowsMax = 25 }
            .RunAsync(world.Table, Ct);

        Assert.Equal([20L, 20L, 20L], world.Table.Snapshot.Files.Values.Select(static file => file.RowCount!.Value));
        Assert.Equal(60, (await world.IdsAsync()).Length);
    }

    [Fact]
    public async Task Rows_that_all_are_deleted_leave_no_file()
    {
        using var world = await MaintainedTable.CreateAsync();
        var file = await world.AppendAsync(0, 3);
        await world.DeleteAsync(file.Location, 0, 1, 2);
        await OptimizeAsync(world);
        Assert.Empty(world.Table.Snapshot.Files);
    }

    static Task<OptimizeReport> OptimizeAsync(MaintainedTable world) =>
        new TableOptimizer(world.Store, MaintainedTable.Root).RunAsync(world.Table, Ct);
}
