using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Maintenance;

namespace Tapline.Lakehouse.Tests.Delta.Maintenance;

public sealed class TableVacuumTests : IAsyncLifetime
{
    MaintainedTable _world = null!;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _world = await MaintainedTable.CreateAsync();

    public ValueTask DisposeAsync()
    {
        _world.Dispose();
        return default;
    }

    [Fact]
    public async Task What_left_the_table_goes_after_its_retention_and_not_before()
    {
        var kept = await _world.AppendAsync(0, 10);
        var removed = await _world.AppendAsync(10, 10);
        await _world.RemoveAsync(removed.Location);
        Assert.Empty((await VacuumAsync()).Keys);
        _world.Wait(TimeSpan.FromMinutes(119));
        Assert.Empty((await VacuumAsync()).Keys);
        _world.Wait(TimeSpan.FromMinutes(2));
        Assert.Equal([$"{MaintainedTable.Root}/{removed.Location}"], (await VacuumAsync(isDryRun: true)).Keys);
        Assert.Contains(removed.Location, _world.FileNames());
        var report = await VacuumAsync();
        Assert.Equal(removed.Size, report.Bytes);
        Assert.Equal([kept.Location], _world.FileNames());
        Assert.Equal(10, (await _world.IdsAsync()).Length);
    }

    [Fact]
    public async Task What_never_came_to_the_table_goes_only_when_it_is_old()
    {
        await _world.AppendAsync(0, 10);
        var orphan = await _world.WriteAsync(10, 10);
        Assert.Empty((await VacuumAsync()).Keys);
        _world.Wait(TimeSpan.FromHours(3));
        Assert.Equal([$"{MaintainedTable.Root}/{orphan.Location}"], (await VacuumAsync()).Keys);
    }

    [Fact]
    public async Task Deletion_vectors_stay_with_the_newest_version_and_go_with_older_ones()
    {
        var file = await _world.AppendAsync(0, 10);
        await _world.DeleteAsync(file.Location, 1);
        await _world.DeleteAsync(file.Location, 1, 2);
        Assert.Equal(3, _world.FileNames().Length);
        _world.Wait(TimeSpan.FromHours(3));
        Assert.Contains("deletion_vector_", Assert.Single((await VacuumAsync()).Keys));
        Assert.Equal(new long[] { 0, 3, 4, 5, 6, 7, 8, 9 }, await _world.IdsAsync());
    }

    [Fact]
    public async Task Every_version_from_the_oldest_that_may_be_read_stays_whole()
    {
        var file = await _world.AppendAsync(0, 10);
        var gone = await _world.AppendAsync(10, 10);
        await _world.RemoveAsync(gone.Location);
        var between = await _world.AppendAsync(20, 10);
        await _world.DeleteAsync(file.Location, 4);
        await _world.RemoveAsync(between.Location);
        await _world.DeleteAsync(file.Location, 4, 5);
        var wanted = new Dictionary<long, long[]>();
        for (var version = 3; version <= 7; version++)
            wanted.Add(version, await _world.IdsAsync(version));
        _world.Wait(TimeSpan.FromDays(30));
        Assert.Equal([$"{MaintainedTable.Root}/{gone.Location}"], (await VacuumAsync(oldestVersion: 3)).Keys);
        foreach (var (version, ids) in wanted)
            Assert.Equal(ids, await _world.IdsAsync(version));
        // The newest version alone needs neither the file between nor the first deletion vector.
        Assert.Equal(2, (await VacuumAsync()).Keys.Count);
        Assert.Equal(wanted[7], await _world.IdsAsync());
        await Assert.ThrowsAsync<DeltaFormatException>(() => _world.IdsAsync(5));
    }

    [Theory]
    [InlineData(null, 2)]
    [InlineData(2L, 1)]
    [InlineData(1L, 0)]
    public async Task Files_of_changes_go_with_the_versions_that_nobody_may_read(long? oldestVersion, int removed)
    {
        var file = await _world.AppendAsync(0, 10);
        var first = await _world.ReplaceAsync(file.Location);
        var second = await _world.ReplaceAsync(_world.Table.Snapshot.Files.Values.Single().Location);
        var folder = Path.Combine(_world.Folder, "_change_data");
        Assert.Empty((await VacuumAsync()).Keys);
        _world.Wait(TimeSpan.FromHours(3));

        await VacuumAsync(oldestVersion);

        var kept = new[] { first, second }.Skip(removed).Select(file => Path.Combine(_world.Folder, file.Location));
        Assert.Equal(kept.Order(), Directory.GetFiles(folder).Order());
        Assert.Equal(10, (await _world.IdsAsync()).Length);
    }

    [Fact]
    public async Task A_version_between_stays_whole_when_a_checkpoint_has_forgotten_what_left_it()
    {
        await _world.AppendAsync(0, 10);
        var between = await _world.AppendAsync(10, 10);
        var wanted = await _world.IdsAsync(2);
        await _world.RemoveAsync(between.Location);
        _world.Wait(TimeSpan.FromDays(1));
        // A checkpoint every four versions keeps no removal that is older than its retention.
        for (var i = 0; i < 8; i++)
            await _world.AppendAsync(100 + (i * 10), 10);

        Assert.Empty((await VacuumAsync(oldestVersion: 1)).Keys);

        Assert.Equal(wanted, await _world.IdsAsync(2));
    }

    Task<VacuumReport> VacuumAsync(long? oldestVersion = null, bool isDryRun = false) =>
        new TableVacuum(_world.Store, MaintainedTable.Root, _world.Services)
            .RunAsync(oldestVersion, retention: null, isDryRun, Ct);
}
