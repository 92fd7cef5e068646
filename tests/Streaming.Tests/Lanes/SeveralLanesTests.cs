using Tapline.Contracts;
using Tapline.Streaming.Epochs;
using Tapline.TestKit;

namespace Tapline.Streaming.Tests.Lanes;

/// <summary>Several lanes on one lake: in one worker, in several, and handed on between them.</summary>
public sealed class SeveralLanesTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_lanes_of_one_worker_commit_each_for_itself_and_together_have_everything()
    {
        await using var world = new SeveralTables();
        await world.AnnounceAsync(Ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var worker = world.Worker();
        var running = worker.RunAsync(stop.Token);
        for (var round = 0; round < 20; round++)
        {
            await SendRoundAsync(world, round);
            await Task.Delay(5, Ct);
        }
        await world.PoisonAsync(0, Ct);
        await world.PoisonAsync(1, Ct);
        await world.PoisonAsync(2, Ct);
        await world.PoisonAsync(3, Ct);
        await world.CatchUpAsync(Ct, running);
        Assert.Equal([0, 1], worker.Status.Lanes);
        await stop.CancelAsync();
        await running;

        await world.AssertEqualAsync(Ct);
        var lanes = (await world.ProgressAsync(Ct)).Lanes;
        Assert.Equal([0, 1], lanes.Select(static lane => lane.Lane));
        Assert.All(lanes, static lane => Assert.NotEmpty(Owned(lane)));
        Assert.Empty(Owned(lanes[0]).Intersect(Owned(lanes[1])));
        Assert.Equal(SeveralTables.Count, lanes.Sum(static lane => Owned(lane).Count()));
        Assert.Equal(
            ["shop.app.t0", "shop.app.t1", "shop.app.t2", "shop.app.t3"],
            (await world.QueryAsync("quarantine", "topic", Ct, "ORDER BY topic")).Select(static row => row[0]));
    }

    [Fact]
    public async Task A_lane_that_is_taken_from_one_worker_goes_on_in_another()
    {
        await using var world = new SeveralTables();
        await world.AnnounceAsync(Ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var (left, right) = (new GivenLanes(0, 1), new GivenLanes());
        var (one, other) = (world.Worker(left), world.Worker(right));
        Task[] running = [one.RunAsync(stop.Token), other.RunAsync(stop.Token)];
        for (var round = 0; round < 40; round++)
        {
            await SendRoundAsync(world, round);
            if (round % 10 == 5)
            {
                left.Give(0);
                right.Give(1);
            }
            if (round % 10 == 9)
            {
                left.Give();
                right.Give(0, 1);
            }
            await Task.Delay(5, Ct);
        }
        await world.CatchUpAsync(Ct, running);
        await WaitAsync(() => other.Status.Lanes is [0, 1] && one.Status.Lanes.IsEmpty);
        await stop.CancelAsync();
        await Task.WhenAll(running);

        await world.AssertEqualAsync(Ct);
        Assert.Empty(one.Status.Lanes);
    }

    [Fact]
    public async Task Two_workers_that_both_believe_all_lanes_theirs_do_nothing_twice()
    {
        await using var world = new SeveralTables();
        await world.AnnounceAsync(Ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        Task[] running = [world.Worker().RunAsync(stop.Token), world.Worker().RunAsync(stop.Token)];
        for (var round = 0; round < 30; round++)
        {
            await SendRoundAsync(world, round);
            await Task.Delay(3, Ct);
        }
        await world.CatchUpAsync(Ct, running);
        await stop.CancelAsync();
        await Task.WhenAll(running);

        await world.AssertEqualAsync(Ct);
    }

    [Fact]
    public async Task Each_replayed_record_is_taken_by_the_lane_of_its_table_alone()
    {
        await using var world = new SeveralTables();
        await world.AnnounceAsync(Ct);
        for (var table = 0; table < SeveralTables.Count; table++)
            await world.PoisonAsync(table, Ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var running = world.Worker().RunAsync(stop.Token);
        await world.CatchUpAsync(Ct, running);
        for (var table = 0; table < SeveralTables.Count; table++)
            await world.ReplayAsync(table, offset: 0, Ct);
        await world.CatchUpAsync(Ct, running);
        await stop.CancelAsync();
        await running;

        Assert.Equal(
            Enumerable.Range(0, SeveralTables.Count).Select(table => new[] { SeveralTables.Topic(table), "rejected" }),
            await world.QueryAsync("quarantine_replayed", "topic, outcome", Ct, "ORDER BY topic"));
    }

    [Theory]
    [InlineData(1, 3, "the lake has 1 lane, but the configuration says 3 lanes")]
    [InlineData(3, 2, "the lake has 3 lanes, but the configuration says 2 lanes")]
    public async Task A_lake_that_was_made_with_another_number_of_lanes_is_refused(int made, int asked, string words)
    {
        await using var world = new SeveralTables(made);
        await world.AnnounceAsync(Ct);
        await world.PutAsync(0, 1, "first", Ct);
        using (var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct))
        {
            var running = world.Worker().RunAsync(stop.Token);
            await world.CatchUpAsync(Ct, running);
            await stop.CancelAsync();
            await running;
        }
        world.Options = world.Options with { Lanes = asked };

        var refused = await Assert.ThrowsAsync<TaplineException>(() => world.Worker().RunAsync(Ct));

        Assert.StartsWith(words, refused.Message, StringComparison.Ordinal);
        Assert.Contains($"stream.lanes: {made}", refused.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lake_from_before_lanes_has_one()
    {
        await using var world = new SeveralTables(1);
        await world.Lake.PutAsync("_tapline/lanes/0/00000000000000000001.json", "{}"u8.ToArray(), Ct);

        Assert.Equal(1, await new LakeLanes(world.Lake).ReadAsync(Ct));
        await Assert.ThrowsAsync<TaplineException>(() => new LakeLanes(world.Lake).SettleAsync(2, Ct));
    }

    static IEnumerable<string> Owned(LaneProgress lane) =>
        lane.Manifest!.Tables.Keys.Where(static root => root.StartsWith("current/", StringComparison.Ordinal));

    static async Task SendRoundAsync(SeveralTables world, int round)
    {
        for (var table = 0; table < SeveralTables.Count; table++)
        {
            await world.PutAsync(table, round % 7, $"{table} {round}", Ct);
            await world.PutAsync(table, 100 + round, $"{round}", Ct);
        }
    }

    static async Task WaitAsync(Func<bool> condition)
    {
        for (var started = TimeProvider.System.GetTimestamp(); !condition();)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(30), "not within 30 s");
            await Task.Delay(10, Ct);
        }
    }
}
