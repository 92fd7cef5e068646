using Tapline.Contracts.Log;
using Tapline.Lakehouse.Storage;
using Tapline.Lakehouse.Storage.S3;
using Tapline.Streaming.Epochs;
using Tapline.TestKit.Faults;
using Tapline.TestKit.S3;
using Tapline.TestKit.Storage;

[assembly: AssemblyFixture(typeof(S3Buckets))]

namespace Tapline.Integration.Tests.Buckets;

/// <summary>A lake in a bucket, behind a connection that fails all the time.</summary>
public sealed class S3LakeTests(S3Buckets buckets) : IDisposable
{
    const int Rounds = 6;
    const int RowsARound = 1_500;

    readonly TemporaryFolder _copies = new("s3-copies");

    public void Dispose() => _copies.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Workers_that_fight_for_a_lane_over_a_failing_connection_lose_nothing_and_repeat_nothing(int seed)
    {
        Assert.SkipUnless(CephServer.IsInstalled, CephServer.Absent);
        var bucket = await buckets.CreateAsync(TestPipeline.Ct);
        var isFailing = true;
        await using var proxy = new FaultProxy(
            buckets.Port, connection => Volatile.Read(ref isFailing) ? Fault(seed, connection) : null);
        using var store = new S3ObjectStore(buckets.Options(bucket, _copies.FullPath, proxy.Port) with
        {
            SilenceMax = TimeSpan.FromSeconds(2),
            RetryMax = TimeSpan.FromSeconds(20),
        });
        using var direct = new S3ObjectStore(buckets.Options(bucket, _copies.FullPath));
        var epochs = new EpochStore(direct, lane: 0);
        await StoreProbe.RunAsync(store, Guid.NewGuid(), TestPipeline.Ct);
        var source = new NotesSource();
        await using var pipeline = await TestPipeline.StartAsync(NotesSource.Prefix, _copies.FullPath, store);
        pipeline.Options = pipeline.Options with { FetchBytesMax = 64 << 10, EpochBytesMax = 64 << 10 };
        await pipeline.AnnounceAsync(NotesSource.Schema);
        pipeline.StartWorker();
        for (var round = 0; round < Rounds; round++)
        {
            await pipeline.SendAsync(Rows(source, round));
            var (before, _) = await epochs.ReadAsync(TestPipeline.Ct);
            await pipeline.WaitAsync(
                async () => (await epochs.ReadAsync(TestPipeline.Ct)).Manifest?.Epoch > (before?.Epoch ?? 0),
                "one of the workers has committed an epoch");
            if (round % 2 == 0)
            {
                pipeline.AbandonWorker();
                continue;
            }
            await pipeline.StopWorkerAsync();
            pipeline.StartWorker();
        }
        await pipeline.StopWorkerAsync();
        await pipeline.CatchUpAsync();
        Volatile.Write(ref isFailing, false);

        const int Sent = Rounds * RowsARound;
        Assert.Equal(
            [[$"{Sent}", $"{Sent}", $"{Sent - 1}"]],
            await pipeline.QueryAsync(
                "SELECT count(*), count(DISTINCT _offset), max(_offset) FROM history.app_notes"));
        Assert.Equal(
            [[$"{Sent}", $"{Sent}"]], await pipeline.QueryAsync("SELECT count(*), count(DISTINCT id) FROM app.notes"));
    }

    static IEnumerable<EventRecord> Rows(NotesSource source, int round) =>
        Enumerable.Range(round * RowsARound, RowsARound).Select(id => source.Insert(id, $"body {id}"));

    // One connection in four; a connection carries many requests, so what is cut is anything.
    static ConnectionFault? Fault(int seed, int connection)
    {
        var dice = new Random((seed * 1_000) + connection);
        return dice.Next(28) switch
        {
            0 => new ConnectionFault { IsRefused = true },
            1 => new ConnectionFault { CutRequestAfter = dice.Next(20_000) },
            2 or 3 => new ConnectionFault { CutResponseAfter = dice.Next(5_000) },
            4 => new ConnectionFault { IsSilent = true },
            5 => ConnectionFault.Status(503, "SlowDown"),
            6 => ConnectionFault.Status(500, "InternalError"),
            _ => null,
        };
    }
}
