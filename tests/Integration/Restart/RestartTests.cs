namespace Tapline.Integration.Tests.Restart;

/// <summary>Workers come and go in the middle of the work: every change is in the lake once.</summary>
public sealed class RestartTests
{
    const int Rows = 20_000;
    const int RowsBetween = 500;

    [Fact]
    public async Task Workers_that_are_stopped_in_the_middle_leave_nothing_out_and_nothing_twice()
    {
        var source = new NotesSource();
        await using var pipeline = await FilledAsync(source);
        var rows = Rows;
        for (var stops = 0; stops < 4; stops++)
        {
            pipeline.StartWorker();
            await pipeline.WaitAsync(
                () => Task.FromResult(pipeline.Status.Tables.Length > 0), "this worker has committed an epoch");
            await pipeline.StopWorkerAsync();
            // However fast it was, something is left for the next.
            await pipeline.SendAsync(
                Enumerable.Range(rows, RowsBetween).Select(id => source.Insert(id, $"body {id}")).ToArray());
            rows += RowsBetween;
        }
        await AssertCompleteAsync(pipeline, rows);
    }

    [Fact]
    public async Task A_worker_that_is_abandoned_and_works_on_can_repeat_but_not_add()
    {
        var source = new NotesSource();
        await using var pipeline = await FilledAsync(source);
        pipeline.StartWorker();
        var abandoned = pipeline.Worker!;
        await pipeline.WaitAsync(() => Task.FromResult(abandoned.Status.Epoch > 0), "the first worker has begun");
        pipeline.AbandonWorker();
        var rows = Rows;
        // Only one of them can win an epoch; the other starts over from the lake.
        await pipeline.WaitAsync(
            async () =>
            {
                await pipeline.SendAsync(source.Insert(rows, $"body {rows}"));
                rows++;
                return abandoned.Status.LastFailure is not null && pipeline.Status.Epoch > 0
                    || pipeline.Status.LastFailure is not null;
            },
            "both workers wanted one epoch");
        await AssertCompleteAsync(pipeline, rows);
    }

    static async Task<TestPipeline> FilledAsync(NotesSource source)
    {
        var pipeline = await TestPipeline.StartAsync(NotesSource.Prefix);
        pipeline.Options = pipeline.Options with { FetchBytesMax = 64 << 10, EpochBytesMax = 128 << 10 };
        await pipeline.AnnounceAsync(NotesSource.Schema);
        await pipeline.SendAsync(Enumerable.Range(0, Rows).Select(id => source.Insert(id, $"body {id}")));
        return pipeline;
    }

    static async Task AssertCompleteAsync(TestPipeline pipeline, int rows)
    {
        await pipeline.CatchUpAsync();
        Assert.Equal(
            [[$"{rows}", $"{rows}", $"{rows}", "0", $"{rows - 1}"]],
            await pipeline.QueryAsync(
                "SELECT count(*), count(DISTINCT id), count(DISTINCT _offset), min(_offset), max(_offset) "
                + "FROM history.app_notes"));
        Assert.Equal(
            [[$"{rows}", $"{rows}"]], await pipeline.QueryAsync("SELECT count(*), count(DISTINCT id) FROM app.notes"));
        Assert.Equal(0, pipeline.Status.Quarantined);
    }
}
