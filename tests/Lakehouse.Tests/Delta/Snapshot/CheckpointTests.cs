using System.Collections.Immutable;
using System.Text.Json;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Checkpoint;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.TestKit.Storage;

namespace Tapline.Lakehouse.Tests.Delta.Snapshot;

public sealed class CheckpointTests : IDisposable
{
    readonly MemoryObjectStore _store = new();

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    static DeltaServices Services => Tables.Services() with { CheckpointInterval = 4 };

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task A_snapshot_is_the_replay_of_all_actions_with_and_without_checkpoints(int seed)
    {
        var table = await CreateAsync();
        await RandomHistory.CommitAsync(table, new Random(seed), commits: 11);
        var kept = RandomHistory.Text(table.Snapshot);
        Assert.Equal(2, _store.Keys.Count(static key => key.EndsWith(".checkpoint.parquet", StringComparison.Ordinal)));
        Assert.Equal(kept, RandomHistory.Text(await OpenAsync()));
        // From the checkpoint alone, as after a clean-up of the log.
        var commits = _store.Keys.Where(static key => key.EndsWith(".json", StringComparison.Ordinal)).ToArray();
        var removed = new Dictionary<string, byte[]>();
        foreach (var key in commits.Take(8))
        {
            removed[key] = (await _store.GetAsync(key, Ct))!;
            await _store.DeleteAsync(key, Ct);
        }
        Assert.Equal(kept, RandomHistory.Text(await OpenAsync()));
        // From the commits alone.
        foreach (var (key, content) in removed)
            await _store.PutAsync(key, content, Ct);
        foreach (var key in _store.Keys.Where(static key => key.Contains("checkpoint", StringComparison.Ordinal)))
            await _store.DeleteAsync(key, Ct);
        Assert.Equal(kept, RandomHistory.Text(await OpenAsync()));
    }

    [Fact]
    public async Task A_commit_says_how_its_checkpoint_ended()
    {
        var table = await CreateAsync();
        for (var i = 1; i <= 3; i++)
            Assert.Equal(new CommitOutcome.Committed(i), await table.CommitAsync(Tables.Append($"f{i}"), Ct));
        var committed = Assert.IsType<CommitOutcome.Committed>(await table.CommitAsync(Tables.Append("f4"), Ct));
        var written = Assert.IsType<CheckpointOutcome.Written>(committed.Checkpoint);
        Assert.Equal((4, 6), (written.Version, written.Actions));
        var hint = JsonDocument.Parse((await _store.GetAsync("t/_delta_log/_last_checkpoint", Ct))!).RootElement;
        Assert.Equal(4, hint.GetProperty("version").GetInt64());
        Assert.Equal(6, hint.GetProperty("size").GetInt64());
        Assert.Equal(4, hint.GetProperty("numOfAddFiles").GetInt64());
    }

    [Theory]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("{\"version\":-1,\"size\":1}")]
    [InlineData("{\"version\":3,\"size\":1}")]
    [InlineData("{\"version\":900,\"size\":1}")]
    [InlineData("{\"size\":1}")]
    public async Task A_wrong_hint_changes_nothing(string hint)
    {
        var table = await CreateAsync();
        await RandomHistory.CommitAsync(table, new Random(9), commits: 6);
        await _store.PutAsync("t/_delta_log/_last_checkpoint", System.Text.Encoding.UTF8.GetBytes(hint), Ct);
        Assert.Equal(RandomHistory.Text(table.Snapshot), RandomHistory.Text(await OpenAsync()));
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_stepped_over_while_the_commits_are_there_and_named_when_they_are_not()
    {
        var table = await CreateAsync();
        await RandomHistory.CommitAsync(table, new Random(9), commits: 9);
        const string Newest = "t/_delta_log/00000000000000000008.checkpoint.parquet";
        const string Older = "t/_delta_log/00000000000000000004.checkpoint.parquet";
        await HalveAsync(Newest);
        Assert.Equal(RandomHistory.Text(table.Snapshot), RandomHistory.Text(await OpenAsync()));
        // With the first commits gone, the older checkpoint and what follows it.
        for (var version = 0; version <= 4; version++)
            await _store.DeleteAsync($"t/_delta_log/{version:D20}.json", Ct);
        Assert.Equal(RandomHistory.Text(table.Snapshot), RandomHistory.Text(await OpenAsync()));
        await HalveAsync(Older);
        Assert.Equal(Newest, (await Assert.ThrowsAsync<DeltaFormatException>(OpenAsync)).File);
    }

    async Task HalveAsync(string key)
    {
        var content = (await _store.GetAsync(key, Ct))!;
        await _store.PutAsync(key, content.AsMemory(0, content.Length / 2), Ct);
    }

    [Fact]
    public async Task Removals_that_are_older_than_the_table_keeps_them_leave_the_checkpoint()
    {
        var definition = Tables.Accounts with
        {
            Properties = ImmutableDictionary<string, string?>.Empty
                .Add("delta.deletedFileRetentionDuration", "interval 0 seconds")
                .Add("delta.checkpointInterval", "3"),
        };
        var table = await DeltaTable.CreateAsync(_store, "t", definition, Services, Ct);
        await table.CommitAsync(Tables.Append("a"), Ct);
        await table.CommitAsync(Tables.Replace(table.Snapshot.Files.Values.Single(), "b"), Ct);
        Assert.Single(table.Snapshot.Tombstones);
        await Task.Delay(5, Ct);
        await table.CommitAsync(Tables.Append("c"), Ct);
        Assert.Empty(table.Snapshot.Tombstones);
        Assert.Empty((await OpenAsync()).Tombstones);
    }

    [Fact]
    public async Task A_checkpoint_that_fails_does_not_fail_the_commit()
    {
        await CreateAsync();
        // Every plain write is refused; a commit needs none.
        var store = new FaultyObjectStore(_store, seed: 1, new StoreFaults(PutRefusals: 1));
        var table = (await DeltaTable.OpenAsync(store, "t", Services with { CheckpointInterval = 1 }, Ct))!;
        var committed = Assert.IsType<CommitOutcome.Committed>(await table.CommitAsync(Tables.Append("a"), Ct));
        Assert.IsType<IOException>(Assert.IsType<CheckpointOutcome.Failed>(committed.Checkpoint).Cause);
        Assert.Equal("a", Assert.Single((await OpenAsync()).Files.Values).Path);
    }

    async Task<DeltaTable> CreateAsync() => await DeltaTable.CreateAsync(_store, "t", Tables.Accounts, Services, Ct);

    async Task<DeltaSnapshot> OpenAsync() => (await DeltaTable.OpenAsync(_store, "t", Services, Ct))!.Snapshot;
}
