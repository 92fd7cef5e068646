using System.Diagnostics;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Tests.Broker;

public class FullDiskTests
{
    [Fact]
    public async Task A_full_disk_refuses_appends_and_nothing_half_written_stays()
    {
        var disk = Path.Combine(Path.GetTempPath(), "tapline-disk-" + Path.GetRandomFileName());
        Directory.CreateDirectory(disk);
        if (!OperatingSystem.IsLinux() || !Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk))
        {
            Directory.Delete(disk);
            Assert.Skip("a disk of 256 kB can be mounted by root on Linux only");
        }
        try
        {
            await FillAsync(disk);
        }
        finally
        {
            Run("umount", disk);
            Directory.Delete(disk);
        }
    }

    static async Task FillAsync(string disk)
    {
        await using var broker = await TestBroker.StartAsync(o => o.DataDirectory = Path.Combine(disk, "data"));
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t");
        var written = 0;
        var filler = new string('x', 10_000);
        while (await client.ProduceAsync("t", Batches.Of($"{written} {filler}")) is (KafkaError.None, _))
            written++;
        Assert.InRange(written, 5, 30);
        Assert.Equal(KafkaError.KafkaStorageError, (await client.ProduceAsync("t", Batches.Of(filler))).Error);
        Assert.Equal(written, (await client.FetchAsync("t", written)).HighWatermark);

        await broker.KillAndRestartAsync();
        using var again = await broker.ConnectAsync();
        var last = await again.FetchAsync("t", written - 1);
        Assert.StartsWith($"{written - 1} ", last.Records().Single().Value);
    }

    static bool Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
