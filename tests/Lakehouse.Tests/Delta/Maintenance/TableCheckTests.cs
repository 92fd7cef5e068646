using Tapline.Lakehouse.Delta.Maintenance;

namespace Tapline.Lakehouse.Tests.Delta.Maintenance;

public sealed class TableCheckTests : IAsyncLifetime
{
    MaintainedTable _world = null!;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    string Log => Path.Combine(_world.Folder, "_delta_log");

    public async ValueTask InitializeAsync()
    {
        _world = await MaintainedTable.CreateAsync();
        var first = await _world.AppendAsync(0, 10);
        for (var i = 1; i < 5; i++)
            await _world.AppendAsync(i * 10, 10);
        await _world.DeleteAsync(first.Location, 3, 5);
    }

    public ValueTask DisposeAsync()
    {
        _world.Dispose();
        return default;
    }

    [Fact]
    public async Task A_table_in_order_has_no_findings_also_when_its_log_is_cleaned_up()
    {
        Assert.Empty(await CheckAsync());
        _world.Wait(TimeSpan.FromDays(31));
        Assert.Equal(4, await new LogCleanup(_world.Store, MaintainedTable.Root, _world.Services)
            .RunAsync(oldestVersion: null, retention: null, isDryRun: false, Ct));
        Assert.Empty(await CheckAsync());
    }

    [Fact]
    public async Task A_commit_that_is_missing_is_named()
    {
        File.Delete(Path.Combine(Log, $"{2:D20}.json"));
        Assert.Contains(await CheckAsync(), static finding =>
            finding.File.EndsWith($"{2:D20}.json", StringComparison.Ordinal) && finding.Wanted == "a commit");
    }

    [Fact]
    public async Task A_commit_that_is_cut_off_is_named()
    {
        var commit = Path.Combine(Log, $"{6:D20}.json");
        await File.WriteAllBytesAsync(commit, (await File.ReadAllBytesAsync(commit, Ct))[..^7], Ct);
        Assert.Contains(
            await CheckAsync(), static finding => finding.File.EndsWith($"{6:D20}.json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_checkpoint_that_says_something_else_than_the_commits_is_named()
    {
        var commit = Path.Combine(Log, $"{3:D20}.json");
        var text = await File.ReadAllTextAsync(commit, Ct);
        await File.WriteAllTextAsync(commit, text.Replace("\"path\":\"part-", "\"path\":\"port-"), Ct);
        var finding = Assert.Single(await CheckAsync());
        Assert.EndsWith($"{4:D20}.checkpoint.parquet", finding.File);
        Assert.Contains("1 missing and 1 others", finding.Found);
    }

    [Theory]
    [InlineData("\"numFiles\":4", "\"numFiles\":5", "5 files of ")]
    [InlineData("\"numFiles\":4", "\"numFiles\":", "'")]
    public async Task A_checksum_that_says_something_else_than_the_commits_is_named(
        string before, string after, string found)
    {
        var checksum = Path.Combine(Log, $"{4:D20}.crc");
        var text = await File.ReadAllTextAsync(checksum, Ct);
        Assert.Contains(before, text);
        await File.WriteAllTextAsync(checksum, text.Replace(before, after), Ct);
        var finding = Assert.Single(await CheckAsync());
        Assert.EndsWith($"{4:D20}.crc", finding.File);
        Assert.StartsWith(found, finding.Found);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_is_missing_or_cut_off_is_named(bool isMissing)
    {
        var path = Path.Combine(_world.Folder, _world.Table.Snapshot.Files.Values.Last().Location);
        if (isMissing)
            File.Delete(path);
        else
            await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path, Ct))[..^1], Ct);
        var finding = Assert.Single(await CheckAsync());
        Assert.EndsWith(Path.GetFileName(path), finding.File);
        Assert.Equal(isMissing ? "none" : $"{new FileInfo(path).Length} bytes", finding.Found);
    }

    [Theory]
    [InlineData("\\\"numRecords\\\":10", "\\\"numRecords\\\":11", "11 rows")]
    [InlineData("\\\"id\\\":40", "\\\"id\\\":41", "id at least a bound")]
    public async Task Statistics_that_are_not_true_are_named(string before, string after, string wanted)
    {
        var commit = Path.Combine(Log, $"{5:D20}.json");
        var text = await File.ReadAllTextAsync(commit, Ct);
        var changed = text.Replace(before, after);
        Assert.NotEqual(text, changed);
        await File.WriteAllTextAsync(commit, changed, Ct);
        Assert.Equal(wanted, Assert.Single(await CheckAsync()).Wanted);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sidecar_that_is_missing_or_cut_off_is_named(bool isMissing)
    {
        using var world = await MaintainedTable.CreateAsync(hasV2Checkpoints: true);
        for (var i = 0; i < 5; i++)
            await world.AppendAsync(i * 10, 10);
        var check = new TableCheck(world.Store, MaintainedTable.Root);
        Assert.Empty(await check.RunAsync(Ct));
        var path = Directory.GetFiles(Path.Combine(world.Folder, "_delta_log", "_sidecars"))[0];
        if (isMissing)
            File.Delete(path);
        else
            await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path, Ct))[..^1], Ct);

        var finding = Assert.Single(await check.RunAsync(Ct));

        Assert.EndsWith(Path.GetFileName(path), finding.File);
        Assert.Equal(isMissing ? "none" : $"{new FileInfo(path).Length} bytes", finding.Found);
    }

    [Fact]
    public async Task A_deletion_vector_that_is_damaged_is_named()
    {
        var path = Directory.GetFiles(_world.Folder, "deletion_vector_*").Single();
        var bytes = await File.ReadAllBytesAsync(path, Ct);
        bytes[^6] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Ct);
        var finding = Assert.Single(await CheckAsync());
        Assert.StartsWith("CRC-32", finding.Wanted);
    }

    Task<IReadOnlyList<TableFinding>> CheckAsync() =>
        new TableCheck(_world.Store, MaintainedTable.Root).RunAsync(Ct);
}
