using Tapline.Streaming;

namespace Tapline.Integration.Tests.Restart;

/// <summary>Workers come and go in the middle of the work: every change is in the lake once.</summary>
public sealed class RestartTests
{
    const int Rows = 20_000;

    [Fact]
    public async Task Workers_that_are_stopped_in_the_middle_leave_nothing_out_and_nothing_twice()
    {
        await using var pipeline = await FilledAsync();
        for (var stops = 0; stops < 4; stops++)
        {
            pipeline.StartWorker();
            var before = pipeline.Status.Epoch;
            await pipeline.WaitAsync(
                () => Task.FromResult(pipeline.Status.Epoch > before), "another epoch is in the lake");
            await pipeline.StopWorkerAsync();
        }
        Assert.False(await pipeline.IsCaughtUpAsync(), "nothing was left for the last worker");
        await AssertCompleteAsync(pipeline);
    }

    [Fact]
    public async Task A_worker_that_is_abandoned_and_works_on_can_repeat_but_not_add()
    {
        await using var pipeline = await FilledAsync();
        pipeline.StartWorker();
        var abandoned = pipeline.Worker!;
        await pipeline.WaitAsync(() => Task.FromResult(abandoned.Status.Epoch > 0), "the first worker has begun");
        pipeline.AbandonWorker();
        await AssertCompleteAsync(pipeline);
        // Only one of them can win an epoch; the other starts over from the lake.
        Assert.Contains(
            new[] { abandoned.Status, pipeline.Status },
            static status => status.LastFailure is not null || status.Phase == StreamPhase.Loading);
    }

    static async Task<TestPipeline> FilledAsync()
    {
        var source = new NotesSource();
        var pipeline = await TestPipeline.StartAsync(NotesSource.Prefix);
        pipeline.Options = pipeline.Options with { FetchBytesMax = 64 << 10, EpochBytesMax = 128 << 10 };
        await pipeline.AnnounceAsync(NotesSource.Schema);
        await pipeline.SendAsync(Enumerable.Range(0, Rows).Select(id => source.Insert(id, $"body {id}")));
        return pipeline;
    }

    static async Task AssertCompleteAsync(TestPipeline pipeline)
    {
        await pipeline.CatchUpAsync();
        Assert.Equal(
            [[$"{Rows}", $"{Rows}", $"{Rows}", "0", $"{Rows - 1}"]],
            await pipeline.QueryAsync(
                "SELECT count(*), count(DISTINCT id), count(DISTINCT _offset), min(_offset), max(_offset) "
                + "FROM history.app_notes"));
        Assert.Equal(
            [[$"{Rows}", $"{Rows}"]], await pipeline.QueryAsync("SELECT count(*), count(DISTINCT id) FROM app.notes"));
        Assert.Equal(0, pipeline.Status.Quarantined);
    }
}
