using System.Security.Cryptography;
using Tapline.Contracts.Log;
using Tapline.Streaming;

namespace Tapline.Integration.Tests.BadInput;

/// <summary>A disk fills up and gets room again: what waits for it goes on, and nothing is lost.</summary>
public sealed class FullDiskTests
{
    const int Rows = 300;
    const int BodyBytes = 10_000;

    [Fact]
    public async Task A_full_lake_stops_the_commits_but_not_the_worker_and_nothing_is_lost()
    {
        using var disk = TemporaryDisk.Mount("2m");
        var source = new NotesSource();
        await using var pipeline = await TestPipeline.StartAsync(
            NotesSource.Prefix, Path.Combine(disk.FullPath, "lake"));
        await pipeline.AnnounceAsync(NotesSource.Schema);
        await pipeline.SendAsync(source.Insert(0, "first"));
        await pipeline.CatchUpAsync();
        pipeline.StartWorker();
        await pipeline.SendAsync(Enumerable.Range(1, Rows).Select(id => source.Insert(id, Noise())));
        await pipeline.WaitAsync(
            () => Task.FromResult(pipeline.Status.LastFailure is not null), "the worker reports the full disk");

        Assert.Contains("no space is left", pipeline.Status.LastFailure, StringComparison.Ordinal);
        disk.Resize("64m");
        await pipeline.WaitAsync(pipeline.IsCaughtUpAsync, "the lake has caught up");
        Assert.Equal(
            [[$"{Rows + 1}", $"{Rows + 1}"]],
            await pipeline.QueryAsync("SELECT count(*), count(DISTINCT id) FROM history.app_notes"));
        Assert.Equal([[$"{Rows + 1}"]], await pipeline.QueryAsync("SELECT count(*) FROM app.notes"));
        Assert.NotEqual(StreamPhase.Recovering, pipeline.Status.Phase);
    }

    [Fact]
    public async Task A_full_log_makes_the_producer_wait_but_not_fail_and_nothing_is_lost()
    {
        using var disk = TemporaryDisk.Mount("2m");
        var source = new NotesSource();
        await using var pipeline = await TestPipeline.StartAsync(
            NotesSource.Prefix, configure: broker => broker.DataDirectory = Path.Combine(disk.FullPath, "broker"));
        await pipeline.AnnounceAsync(NotesSource.Schema);
        await using var producer = pipeline.Log.OpenProducer("full");
        for (var id = 0; id < Rows; id++)
            await producer.AppendAsync(source.Insert(id, Noise()), TestPipeline.Ct);
        var flushing = producer.FlushAsync(TestPipeline.Ct);
        await pipeline.WaitAsync(
            () => Task.FromResult(new DriveInfo(disk.FullPath).AvailableFreeSpace < 1 << 20), "the disk is filling");
        await Task.WhenAny(flushing, Task.Delay(TimeSpan.FromSeconds(1), TestPipeline.Ct));
        Assert.False(flushing.IsCompleted, "3 MB were acknowledged on a disk of 2 MB");
        var held = await pipeline.Log.OffsetsAsync(new TopicPartition(NotesSource.Topic, 0), TestPipeline.Ct);
        Assert.InRange(held.End, 0, Rows - 1);

        disk.Resize("64m");
        await flushing.WaitAsync(TimeSpan.FromSeconds(60), TestPipeline.Ct);
        await pipeline.CatchUpAsync();
        Assert.Equal(
            [[$"{Rows}", $"{Rows}", "true"]],
            await pipeline.QueryAsync(
                "SELECT count(*), count(DISTINCT id), bool_and(_offset = id) FROM history.app_notes"));
    }

    // What no compression makes smaller.
    static string Noise() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(BodyBytes * 3 / 4));
}
