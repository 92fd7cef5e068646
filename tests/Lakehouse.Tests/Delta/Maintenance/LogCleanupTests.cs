using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Maintenance;

namespace Tapline.Lakehouse.Tests.Delta.Maintenance;

public sealed class LogCleanupTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, 8)]
    [InlineData(9L, 8)]
    [InlineData(8L, 8)]
    [InlineData(7L, 4)]
    [InlineData(3L, 0)]
    public async Task The_log_begins_at_the_checkpoint_that_the_oldest_version_needs(long? oldest, int begin)
    {
        using var world = await MaintainedTable.CreateAsync();
        for (var i = 0; i < 9; i++)
            await world.AppendAsync(i * 10, 10);
        Assert.Equal(0, await CleanAsync(world, oldest));
        world.Wait(TimeSpan.FromDays(31));

        var removed = await CleanAsync(world, oldest);

        // Commits before it, and the checkpoints of 4 and 8 that lie before it, each with a checksum.
        Assert.Equal(begin + (2 * Math.Max(0, (begin / 4) - 1)), removed);
        for (var version = Math.Max(begin, 1); version <= 9; version++)
            Assert.Equal(version * 10, (await world.IdsAsync(version)).Length);
        if (begin > 0)
            Assert.Null(await DeltaTable.ReadAsync(world.Store, MaintainedTable.Root, begin - 1, Ct));
        Assert.Equal(0, await CleanAsync(world, oldest));
    }

    [Fact]
    public async Task Nothing_goes_before_a_checkpoint_that_is_damaged()
    {
        using var world = await MaintainedTable.CreateAsync();
        for (var i = 0; i < 5; i++)
            await world.AppendAsync(i * 10, 10);
        var checkpoint = Path.Combine(world.Folder, "_delta_log", $"{4:D20}.checkpoint.parquet");
        await File.WriteAllBytesAsync(checkpoint, (await File.ReadAllBytesAsync(checkpoint, Ct))[..^9], Ct);
        world.Wait(TimeSpan.FromDays(31));

        Assert.Equal(0, await CleanAsync(world, oldest: null));
        Assert.Equal(50, (await world.IdsAsync()).Length);
    }

    [Fact]
    public async Task Sidecars_go_when_no_checkpoint_names_them_any_more_and_they_are_old()
    {
        using var world = await MaintainedTable.CreateAsync(hasV2Checkpoints: true);
        for (var i = 0; i < 9; i++)
            await world.AppendAsync(i * 10, 10);
        // The checkpoints of 4 and 8 files, two files a sidecar; and what a checkpoint left that was given up.
        Assert.Equal(2 + 4, Sidecars(world).Length);
        var forgotten = Path.Combine(world.Folder, "_delta_log", "_sidecars", $"{Guid.NewGuid():D}.parquet");
        await File.WriteAllBytesAsync(forgotten, [1], Ct);
        Assert.Equal(0, await CleanAsync(world, oldest: null));
        world.Wait(TimeSpan.FromDays(31));

        // Commits 0 to 7; of version 4 the checkpoint, its sidecars and its checksum; the forgotten one.
        Assert.Equal(8 + 1 + 2 + 1 + 1, await CleanAsync(world, oldest: null));

        Assert.Equal(4, Sidecars(world).Length);
        Assert.DoesNotContain(forgotten, Sidecars(world));
        Assert.Equal(90, (await world.IdsAsync()).Length);
        Assert.Empty(await new TableCheck(world.Store, MaintainedTable.Root).RunAsync(Ct));
    }

    [Fact]
    public async Task Sidecars_stay_while_a_checkpoint_cannot_tell_which_are_its()
    {
        using var world = await MaintainedTable.CreateAsync(hasV2Checkpoints: true);
        for (var i = 0; i < 13; i++)
            await world.AppendAsync(i * 10, 10);
        var before = Sidecars(world);
        var top = Directory.GetFiles(Path.Combine(world.Folder, "_delta_log"), $"{12:D20}.checkpoint.*").Single();
        await File.WriteAllBytesAsync(top, (await File.ReadAllBytesAsync(top, Ct))[..^9], Ct);
        world.Wait(TimeSpan.FromDays(31));

        Assert.NotEqual(0, await CleanAsync(world, oldest: 8));

        Assert.Equal(before, Sidecars(world));
        Assert.Equal(130, (await world.IdsAsync()).Length);
    }

    static string[] Sidecars(MaintainedTable world) =>
        [.. Directory.GetFiles(Path.Combine(world.Folder, "_delta_log", "_sidecars")).Order(StringComparer.Ordinal)];

    static Task<int> CleanAsync(MaintainedTable world, long? oldest) =>
        new LogCleanup(world.Store, MaintainedTable.Root, world.Services)
            .RunAsync(oldest, retention: null, isDryRun: false, Ct);
}
