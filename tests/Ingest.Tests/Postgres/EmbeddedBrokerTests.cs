using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Kafka.Broker;
using Tapline.Kafka.Client;
using Tapline.Native;

namespace Tapline.Ingest.Tests.Postgres;

public sealed class EmbeddedBrokerTests(PostgresServers servers)
{
    [Fact]
    public async Task Rows_and_changes_go_through_a_real_broker_and_a_restart()
    {
        Assert.SkipUnless(
            Directory.Exists(NativeLibraries.Folder("librdkafka", NativeLibraries.LibrdkafkaVersion)),
            "librdkafka is not installed");
        var ct = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("tapline-broker-");
        try
        {
            await using var broker = await EmbeddedBroker.StartAsync(
                new BrokerOptions { DataDirectory = folder.FullName },
                TimeProvider.System,
                NullLoggerFactory.Instance,
                ct);
            var log = new KafkaEventLog(
                new KafkaOptions { BootstrapServers = broker.BootstrapServers },
                TimeProvider.System,
                NullLoggerFactory.Instance);
            await using var capture = new Capture(await servers.CreateDatabaseAsync("embedded", ct), log);
            capture.Options = capture.Options with { Partitions = 2, ChunkRows = 500 };
            await capture.ExecuteAsync(
                "CREATE TABLE t (id int PRIMARY KEY, n int);"
                + "INSERT INTO t SELECT i, i FROM generate_series(1, 2000) i");
            capture.Start();
            await capture.CatchUpAsync();
            await capture.StopAsync();
            await capture.ExecuteAsync("UPDATE t SET n = 0 WHERE id % 7 = 0; DELETE FROM t WHERE id > 1900");
            capture.Start();
            await capture.CatchUpAsync();
            await capture.StopAsync();
            var records = await capture.RecordsAsync("public.t");
            Assert.Equal(2000, records.Count(static r => r.Value is not null && r.Op == "r"));
            await Replay.AssertEqualsSourceAsync(capture, "public.t");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
