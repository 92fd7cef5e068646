using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Delta.Maintenance;

namespace Tapline.Streaming.Tests.Lanes;

/// <summary>The change feed of current tables: what a version changed is how it differs from the one before.</summary>
public sealed class ChangeFeedTests
{
    const string Root = "current/app.items";
    const string Columns = "id, body, _commit_lsn, _lsn";

    static readonly CurrentTableOptions Feed = new() { KeepsChanges = true };

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int, bool> Seeds =>
        [.. Enumerable.Range(1, 5).SelectMany(static seed => new (int, bool)[] { (seed, true), (seed, false) })];

    [Theory, MemberData(nameof(Seeds))]
    public async Task What_a_version_changed_is_how_it_differs_from_the_one_before(int seed, bool mergesOnRead)
    {
        var random = new Random(seed);
        await using var world = new LaneWorld { MergesOnRead = mergesOnRead, CurrentTables = Feed };
        await world.AnnounceAsync(Ct);
        for (var round = 0; round < 6; round++)
        {
            await WorkAsync(world, random);
            if (random.Next(2) == 0)
                await world.RepeatAsync(random.Next(1, 30), Ct);
            var store = new CrashingStore(world.Lake, random.Next(0, 40), isEffective: random.Next(2) == 0);
            world.Store = store;
            await world.RunUntilAsync(() => store.HasCrashed, Ct);
            world.Store = world.Lake;
            if (random.Next(3) == 0)
                await OptimizeAsync(world);
        }
        await world.CatchUpAsync(Ct);

        Assert.Equal(world.Rows.OrderBy(row => row.Key), (await world.CurrentAsync(Ct)).OrderBy(row => row.Key));
        var table = await TableAsync(world);
        Assert.Empty(await new TableCheck(world.Lake, Root).RunAsync(Ct));
        for (var version = 1L; version <= table.Snapshot.Version; version++)
            await CheckAsync(world, version);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_where_rows_were_written_again_there_are_files_of_changes(bool mergesOnRead)
    {
        await using var world = new LaneWorld { MergesOnRead = mergesOnRead, CurrentTables = Feed };
        await world.AnnounceAsync(Ct);
        for (var id = 0; id < 10; id++)
            await world.PutAsync(id, $"{id}", Ct);
        await world.CatchUpAsync(Ct);
        Assert.Empty(await FilesAsync(world));
        await world.DeleteAsync(3, Ct);
        await world.PutAsync(20, "20", Ct);
        await world.CatchUpAsync(Ct);
        // Without deletion vectors the other nine were written again.
        Assert.Equal(mergesOnRead ? 0 : 1, (await FilesAsync(world)).Count);
        await world.PutAsync(4, "again", Ct);
        await world.CatchUpAsync(Ct);
        var files = await FilesAsync(world);
        Assert.Equal(mergesOnRead ? 1 : 2, files.Count);
        await OptimizeAsync(world);
        await world.TruncateAsync(0, Ct);
        await world.CatchUpAsync(Ct);
        Assert.Equal(files, await FilesAsync(world));
        for (var version = 1L; version <= (await TableAsync(world)).Snapshot.Version; version++)
            await CheckAsync(world, version);
    }

    [Fact]
    public async Task A_default_that_comes_with_a_column_is_an_update_of_every_row()
    {
        await using var world = new LaneWorld { CurrentTables = Feed };
        await world.AnnounceAsync(Ct);
        await world.PutAsync(1, "one", Ct);
        await world.PutAsync(2, "two", Ct);
        await world.CatchUpAsync(Ct);
        await world.AddColumnAsync("n", "integer", Ct, missing: "7");
        await world.SendRowAsync(3, 'c', """{"id":3,"body":"three","n":9}""", Ct);
        await world.CatchUpAsync(Ct);

        var version = (await world.ManifestAsync(Ct)).Tables[Root];
        Assert.Equal(
            [
                "insert|3|three|9", "update_postimage|1|one|7", "update_postimage|2|two|7", "update_preimage|1|one|",
                "update_preimage|2|two|",
            ],
            Lines(await TableQuery.ChangesAsync(world.Lake, Root, version, "_change_type, id, body, n", Ct)));
    }

    [Fact]
    public async Task A_column_that_grows_changes_no_row_but_those_that_changed()
    {
        await using var world = new LaneWorld { CurrentTables = Feed };
        await world.AnnounceAsync(Ct);
        await world.AlterAsync(Ct, ("n", "integer"));
        for (var id = 1; id <= 3; id++)
            await world.SendRowAsync(id, 'c', $$"""{"id":{{id}},"n":{{id}}}""", Ct);
        await world.CatchUpAsync(Ct);
        await world.AlterAsync(Ct, ("n", "bigint"));
        await world.SendRowAsync(2, 'u', """{"id":2,"n":5000000000}""", Ct);
        await world.CatchUpAsync(Ct);

        var version = (await world.ManifestAsync(Ct)).Tables[Root];
        Assert.Equal(
            ["update_postimage|2|5000000000", "update_preimage|2|2"],
            Lines(await TableQuery.ChangesAsync(world.Lake, Root, version, "_change_type, id, n", Ct)));
    }

    [Fact]
    public async Task Equal_rows_of_a_table_without_a_key_come_and_go_one_by_one()
    {
        await using var world = new LaneWorld { CurrentTables = Feed };
        world.ForgetKey();
        await world.AnnounceAsync(Ct);
        for (var i = 0; i < 3; i++)
            await world.SendRowAsync(1, 'c', """{"id":1,"body":"same"}""", Ct);
        await world.CatchUpAsync(Ct);
        await world.SendRowAsync(1, 'c', """{"id":1,"body":"same"}""", Ct);
        await world.SendRowAsync(2, 'c', """{"id":2,"body":"other"}""", Ct);
        await world.CatchUpAsync(Ct);

        var version = (await world.ManifestAsync(Ct)).Tables[Root];
        Assert.Equal(
            ["insert|1|same", "insert|2|other"],
            Lines(await TableQuery.ChangesAsync(world.Lake, Root, version, "_change_type, id, body", Ct)));
    }

    static async Task CheckAsync(LaneWorld world, long version)
    {
        var before = await RowsAsync(world, version - 1);
        var after = await RowsAsync(world, version);
        var expected = new List<string>();
        foreach (var id in before.Keys.Union(after.Keys))
        {
            var (was, now) = (before.GetValueOrDefault(id), after.GetValueOrDefault(id));
            if (was == now)
                continue;
            if (was is not null)
                expected.Add($"{(now is null ? "delete" : "update_preimage")}|{was}");
            if (now is not null)
                expected.Add($"{(was is null ? "insert" : "update_postimage")}|{now}");
        }
        var found = await TableQuery.ChangesAsync(world.Lake, Root, version, $"_change_type, {Columns}", Ct);
        Assert.Equal(expected.Order(StringComparer.Ordinal), Lines(found));
    }

    static async Task<Dictionary<string, string>> RowsAsync(LaneWorld world, long version) =>
        (await TableQuery.RunAsync(world.Lake, Root, version, Columns, Ct))
            .ToDictionary(static row => row[0]!, static row => string.Join('|', row));

    static IEnumerable<string> Lines(List<string?[]> rows) =>
        rows.Select(static row => string.Join('|', row)).Order(StringComparer.Ordinal);

    static async Task<List<string>> FilesAsync(LaneWorld world)
    {
        var keys = new List<string>();
        await foreach (var file in world.Lake.ListAsync($"{Root}/_change_data/", startAfter: null, Ct))
            keys.Add(file.Key);
        return keys;
    }

    static async Task<DeltaTable> TableAsync(LaneWorld world) => (await DeltaTable.OpenAsync(
        world.Lake, Root, new DeltaServices(TimeProvider.System, Guid.NewGuid), Ct))!;

    static async Task OptimizeAsync(LaneWorld world)
    {
        if (await DeltaTable.OpenAsync(
            world.Lake, Root, new DeltaServices(TimeProvider.System, Guid.NewGuid), Ct) is { } table)
            await new TableOptimizer(world.Lake, Root).RunAsync(table, Ct);
    }

    static async Task WorkAsync(LaneWorld world, Random random)
    {
        for (var i = random.Next(5, 40); i > 0; i--)
        {
            var existing = world.Rows.Count > 0 ? world.Rows.Keys.ElementAt(random.Next(world.Rows.Count)) : (int?)null;
            switch (random.Next(12))
            {
                case 0 or 1 when existing is { } id:
                    await world.DeleteAsync(id, Ct);
                    break;
                case 2 when existing is { } id:
                    await world.MoveAsync(id, random.Next(1000, 2000), Ct);
                    break;
                case 3 when random.Next(6) == 0:
                    await world.TruncateAsync(0, Ct);
                    break;
                case 4 or 5 when existing is { } id:
                    await world.PutAsync(id, random.Next(3) == 0 ? null : $"{random.Next()}", Ct);
                    break;
                default:
                    await world.PutAsync(random.Next(60), $"{random.Next()}", Ct);
                    break;
            }
        }
    }
}
