using System.Collections.Immutable;
using System.Text.Json;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Checkpoint;
using Tapline.Lakehouse.Delta.Commit;
using Tapline.Lakehouse.Delta.Snapshot;
using Tapline.TestKit.Storage;

namespace Tapline.Lakehouse.Tests.Delta.Snapshot;

public sealed class V2CheckpointTests : IDisposable
{
    const string Log = "t/_delta_log/";
    const int FileActionsMax = 3;

    readonly MemoryObjectStore _store = new();

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    static DeltaServices Services =>
        Tables.Services() with { CheckpointInterval = 4, CheckpointFileActionsMax = FileActionsMax };

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task A_snapshot_is_the_replay_of_all_actions_also_from_sidecars_alone(int seed)
    {
        var random = new Random(seed);
        var table = await CreateAsync(hasV2Checkpoints: true);
        // Until the newest checkpoint is a large one.
        for (var rounds = 0; rounds < 3 || TopFiles(table.Snapshot.Version).Length == 0; rounds++)
            await RandomHistory.CommitAsync(table, random, commits: 4);
        await RandomHistory.CommitAsync(table, random, commits: random.Next(4));
        var kept = RandomHistory.Text(table.Snapshot);
        Assert.Equal(kept, RandomHistory.Text(await OpenAsync()));
        foreach (var version in Enumerable.Range(0, (int)(table.Snapshot.Version / 4 * 4) + 1))
            await _store.DeleteAsync($"{Log}{version:D20}.json", Ct);
        Assert.Equal(kept, RandomHistory.Text(await OpenAsync()));
        // The hint is a hint here, too.
        await _store.DeleteAsync($"{Log}_last_checkpoint", Ct);
        Assert.Equal(kept, RandomHistory.Text(await OpenAsync()));
    }

    [Fact]
    public async Task A_table_with_many_files_gets_a_top_file_that_names_sidecars_and_a_hint_at_it()
    {
        var table = await CreateAsync(hasV2Checkpoints: true);
        Assert.Equal(["deletionVectors", "v2Checkpoint"], table.Snapshot.Protocol.ReaderFeatures);
        Assert.Equal("v2", table.Snapshot.Metadata.Property("delta.checkpointPolicy"));
        var written = await FillAsync(table, filesACommit: 2);
        Assert.Single(TopFiles(4));
        Assert.DoesNotContain($"{Log}{4:D20}.checkpoint.parquet", _store.Keys);
        var sidecars = _store.Keys.Count(static key => key.StartsWith($"{Log}_sidecars/", StringComparison.Ordinal));
        Assert.Equal(3, sidecars);
        // Eight files, the marks of the table and of the checkpoint, and the sidecars' names.
        Assert.Equal(8 + 3 + 3, written.Actions);
        var hint = JsonDocument.Parse((await _store.GetAsync($"{Log}_last_checkpoint", Ct))!).RootElement;
        Assert.Equal(
            (4, 14, 8, written.SizeInBytes),
            (hint.GetProperty("version").GetInt64(), hint.GetProperty("size").GetInt64(),
                hint.GetProperty("numOfAddFiles").GetInt64(), hint.GetProperty("sizeInBytes").GetInt64()));
        Assert.Contains($"{Log}{4:D20}.crc", _store.Keys);
    }

    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 2)]
    public async Task A_table_with_few_files_or_without_the_feature_keeps_one_file(bool isTaken, int filesACommit)
    {
        var table = await CreateAsync(hasV2Checkpoints: isTaken);
        await FillAsync(table, filesACommit);
        Assert.Empty(TopFiles(4));
        Assert.Contains($"{Log}{4:D20}.checkpoint.parquet", _store.Keys);
        Assert.Equal(RandomHistory.Text(table.Snapshot), RandomHistory.Text(await OpenAsync()));
    }

    [Fact]
    public async Task A_lost_sidecar_costs_the_replay_of_the_commits_while_they_are_there_and_is_named_when_not()
    {
        var table = await CreateAsync(hasV2Checkpoints: true);
        await FillAsync(table, filesACommit: 2);
        var sidecar = _store.Keys.First(static key => key.StartsWith($"{Log}_sidecars/", StringComparison.Ordinal));
        await _store.DeleteAsync(sidecar, Ct);
        using var fresh = new MemoryObjectStore();
        foreach (var key in _store.Keys)
            await fresh.PutAsync(key, (await _store.GetAsync(key, Ct))!, Ct);
        Assert.Equal(
            RandomHistory.Text(table.Snapshot),
            RandomHistory.Text((await DeltaTable.OpenAsync(fresh, "t", Services, Ct))!.Snapshot));
        await fresh.DeleteAsync($"{Log}{2:D20}.json", Ct);
        var damage = await Assert.ThrowsAsync<DeltaFormatException>(
            () => DeltaTable.OpenAsync(fresh, "t", Services, Ct));
        Assert.Equal(sidecar, damage.File);
    }

    [Fact]
    public async Task A_top_file_under_the_name_of_another_version_is_no_checkpoint_of_it()
    {
        var table = await CreateAsync(hasV2Checkpoints: true);
        await FillAsync(table, filesACommit: 2);
        var top = TopFiles(4).Single();
        await table.CommitAsync(Tables.Append("more"), Ct);
        await _store.PutAsync(top.Replace($"{4:D20}", $"{5:D20}"), (await _store.GetAsync(top, Ct))!, Ct);
        Assert.Equal(RandomHistory.Text(table.Snapshot), RandomHistory.Text(await OpenAsync()));
    }

    string[] TopFiles(long version) => [.. _store.Keys.Where(key =>
        key.StartsWith($"{Log}{version:D20}.checkpoint.", StringComparison.Ordinal)
        && !key.EndsWith(".checkpoint.parquet", StringComparison.Ordinal))];

    static async Task<CheckpointOutcome.Written> FillAsync(DeltaTable table, int filesACommit)
    {
        CheckpointOutcome? checkpoint = null;
        for (var i = 0; i < 4; i++)
        {
            var commit = Tables.Append($"f{i}") with
            {
                Adds = [.. Enumerable.Range(0, filesACommit).Select(j => Tables.File($"f{i}-{j}"))],
            };
            checkpoint = Assert.IsType<CommitOutcome.Committed>(await table.CommitAsync(commit, Ct)).Checkpoint;
        }
        return Assert.IsType<CheckpointOutcome.Written>(checkpoint);
    }

    Task<DeltaTable> CreateAsync(bool hasV2Checkpoints) => DeltaTable.CreateAsync(
        _store,
        "t",
        Tables.Accounts with { HasDeletionVectors = true, HasV2Checkpoints = hasV2Checkpoints },
        Services,
        Ct);

    async Task<DeltaSnapshot> OpenAsync() => (await DeltaTable.OpenAsync(_store, "t", Services, Ct))!.Snapshot;
}
