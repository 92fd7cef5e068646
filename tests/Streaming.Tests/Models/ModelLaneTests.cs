using System.Globalization;
using Tapline.Streaming.Tests.Lanes;

namespace Tapline.Streaming.Tests.Models;

/// <summary>Invariants 3 and 6: models are what their SELECTs give over the rows of the same cut, whatever write the
/// worker dies at.</summary>
public sealed class ModelLaneTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 12)];

    [Theory, MemberData(nameof(Seeds))]
    public async Task Models_are_what_their_sources_say_whatever_write_it_dies_at(int seed)
    {
        var random = new Random(seed);
        await using var world = new LaneWorld { Models = ItemModels.Package() };
        await world.AnnounceAsync(Ct);
        for (var round = 0; round < 6; round++)
        {
            await WorkAsync(world, random);
            var store = new CrashingStore(world.Lake, random.Next(0, 60), isEffective: random.Next(2) == 0);
            world.Store = store;
            await world.RunUntilAsync(() => store.HasCrashed, Ct);
        }
        world.Store = world.Lake;
        await world.CatchUpAsync(Ct);

        await AssertCurrentAsync(world);
        await AssertVersionsAsync(world);
    }

    [Fact]
    public async Task Models_that_come_to_a_lake_with_rows_take_these_in()
    {
        await using var world = new LaneWorld();
        await world.AnnounceAsync(Ct);
        await WorkAsync(world, new Random(5));
        await world.CatchUpAsync(Ct);
        world.Models = ItemModels.Package();
        await world.PutAsync(1, "newest", Ct);
        await world.CatchUpAsync(Ct);

        await AssertCurrentAsync(world);
    }

    [Fact]
    public async Task A_model_that_is_defined_otherwise_is_computed_anew()
    {
        await using var world = new LaneWorld { Models = ItemModels.Package() };
        await world.AnnounceAsync(Ct);
        await WorkAsync(world, new Random(6));
        await world.CatchUpAsync(Ct);
        world.Models = ItemModels.Package("""
            ---
            key: body
            inputs: { items: body }
            history: [items]
            ---
            select body, 10 * count(*) as items, max(id) as largest, min(id) as smallest from items group by all
            """);
        await world.PutAsync(1, "newest", Ct);
        await world.CatchUpAsync(Ct);

        var rows = await world.QueryAsync("entity/entity_bodies", "body, items, smallest", Ct, "ORDER BY body");
        var wanted = world.Rows.Where(static row => row.Value is not null).GroupBy(static row => row.Value)
            .OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Select(static group => $"{group.Key} {10 * group.Count()} {group.Min(static row => row.Key)}");
        Assert.Equal(wanted, rows.Select(static row => string.Join(' ', row)));
    }

    static async Task WorkAsync(LaneWorld world, Random random)
    {
        for (var i = random.Next(5, 25); i >= 0; i--)
        {
            var id = random.Next(12);
            if (random.Next(4) == 0 && world.Rows.ContainsKey(id))
                await world.DeleteAsync(id, Ct);
            else
                await world.PutAsync(id, random.Next(6) == 0 ? null : $"body {random.Next(4)}", Ct);
        }
    }

    static async Task AssertCurrentAsync(LaneWorld world)
    {
        var bodies = await world.QueryAsync("entity/entity_bodies", "body, items, largest", Ct, "ORDER BY body");
        var wanted = world.Rows.Where(static row => row.Value is not null).GroupBy(static row => row.Value)
            .OrderBy(static group => group.Key, StringComparer.Ordinal)
            .Select(static group => $"{group.Key} {group.Count()} {group.Max(static row => row.Key)}");
        Assert.Equal(wanted, bodies.Select(static row => string.Join(' ', row)));

        var counts = (await world.QueryAsync("history/app.items", "id, _op", Ct)).CountBy(static row => row[0]!)
            .ToDictionary();
        var items = await world.QueryAsync("entity/entity_items", "id, body, changes", Ct, "ORDER BY id");
        Assert.Equal(
            world.Rows.OrderBy(static row => row.Key)
                .Select(row => $"{row.Key} {row.Value} {counts[row.Key.ToString(CultureInfo.InvariantCulture)]}"),
            items.Select(static row => string.Join(' ', row)));
    }

    // The newest version of each key is its row, or its delete, and no two versions are of one epoch.
    static async Task AssertVersionsAsync(LaneWorld world)
    {
        var versions = await world.QueryAsync(
            "entity/entity_bodies_history", "body, items, _op, _version", Ct, "ORDER BY body, _version");
        var rows = (await world.QueryAsync("entity/entity_bodies", "body, items", Ct)).ToDictionary(
            static row => row[0]!, static row => row[1]);
        Assert.All(versions.GroupBy(static version => version[0]!), of =>
        {
            Assert.Equal(of.Count(), of.Select(static version => version[3]).Distinct().Count());
            var newest = of.OrderBy(static version => long.Parse(version[3]!, CultureInfo.InvariantCulture)).Last();
            Assert.Equal(rows.GetValueOrDefault(of.Key), newest[2] == "d" ? null : newest[1]);
            Assert.Equal(rows.ContainsKey(of.Key), newest[2] != "d");
        });
        Assert.Subset(versions.Select(static version => version[0]!).ToHashSet(), rows.Keys.ToHashSet());
    }
}
