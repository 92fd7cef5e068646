using Tapline.Cli.Chaos;
using Tapline.Lakehouse.Storage;
using Tapline.Lakehouse.Storage.S3;
using Tapline.TestKit.S3;
using Tapline.TestKit.Storage;

[assembly: AssemblyFixture(typeof(S3Buckets))]

namespace Tapline.Cli.Tests.Chaos;

public sealed class FaultyGatewayTests(S3Buckets buckets) : IDisposable
{
    readonly TemporaryFolder _copies = new("gateway-copies");

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _copies.Dispose();

    [Fact]
    public async Task A_store_behind_every_kind_of_fault_keeps_what_it_was_told_once()
    {
        Assert.SkipUnless(CephServer.IsInstalled, CephServer.Absent);
        var bucket = await buckets.CreateAsync(Ct);
        var target = new Uri($"http://127.0.0.1:{buckets.Port}");
        await using var gateway = new FaultyGateway(target, share: 0.5, seed: 3, TimeProvider.System);
        using var direct = new S3ObjectStore(buckets.Options(bucket, Path.Combine(_copies.FullPath, "direct")));
        using var store = new S3ObjectStore(
            buckets.Options(bucket, Path.Combine(_copies.FullPath, "faulty"), gateway.Endpoint.Port) with
            {
                SilenceMax = TimeSpan.FromSeconds(1),
            });

        await Parallel.ForEachAsync(Enumerable.Range(0, 60), Ct, async (number, ct) =>
        {
            var content = Content(number);
            var outcome = await store.PutIfAbsentAsync($"log/{number}", content, ct);
            // An earlier try may have arrived: its own content is there then.
            Assert.Contains(outcome, new[] { PutOutcome.Created, PutOutcome.Exists });
            Assert.Equal(PutOutcome.Exists, await store.PutIfAbsentAsync($"log/{number}", new byte[1], ct));
            Assert.Equal(content, await store.GetAsync($"log/{number}", ct));
        });

        var keys = await direct.ListAsync("log/", startAfter: null, Ct).CountAsync(Ct);
        Assert.Equal(60, keys);
        for (var number = 0; number < keys; number++)
            Assert.Equal(Content(number), await direct.GetAsync($"log/{number}", Ct));
        Assert.Equal(Enum.GetValues<GatewayFault>(), gateway.Counts.Select(static count => count.Fault));
    }

    [Fact]
    public async Task Without_faults_requests_pass_as_they_are()
    {
        Assert.SkipUnless(CephServer.IsInstalled, CephServer.Absent);
        var bucket = await buckets.CreateAsync(Ct);
        var target = new Uri($"http://127.0.0.1:{buckets.Port}");
        await using var gateway = new FaultyGateway(target, share: 0, seed: 3, TimeProvider.System);
        using var store = new S3ObjectStore(buckets.Options(bucket, _copies.FullPath, gateway.Endpoint.Port) with
        {
            RetryMax = TimeSpan.Zero,
        });
        var large = new byte[3_000_000];
        new Random(1).NextBytes(large);

        await store.PutAsync("large", large, Ct);

        Assert.Equal(large, await store.GetAsync("large", Ct));
        Assert.Null(await store.GetAsync("absent", Ct));
        Assert.Equal([GatewayFault.None], gateway.Counts.Select(static count => count.Fault));
    }

    static byte[] Content(int number) => [.. Enumerable.Range(0, 100 + (number * 500)).Select(i => (byte)(i % 251))];
}
