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

    static Task<int> CleanAsync(MaintainedTable world, long? oldest) =>
        new LogCleanup(world.Store, MaintainedTable.Root, world.Services)
            .RunAsync(oldest, retention: null, isDryRun: false, Ct);
}
