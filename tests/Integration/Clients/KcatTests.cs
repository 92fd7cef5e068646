using System.Diagnostics;
using System.Text;
using Tapline.Contracts.Log;

namespace Tapline.Integration.Tests.Clients;

/// <summary>The broker as anybody's tools see it.</summary>
public sealed class KcatTests
{
    [Fact]
    public async Task Kcat_lists_reads_writes_and_tails_a_topic_of_the_embedded_broker()
    {
        Assert.SkipUnless(IsInstalled(), "kcat is not installed");
        await using var pipeline = await TestPipeline.StartAsync("bar");
        await pipeline.Log.EnsureTopicsAsync([new TopicSpec("bar.app.notes", 2)], TestPipeline.Ct);
        await pipeline.SendAsync(
            from n in Enumerable.Range(0, 100) select Record($"key{n}", $"value {n}"));
        var broker = pipeline.Broker.BootstrapServers;

        var listed = await KcatAsync("", "-b", broker, "-L", "-t", "bar.app.notes");
        Assert.Contains("topic \"bar.app.notes\" with 2 partitions", listed, StringComparison.Ordinal);

        var read = await KcatAsync("", "-b", broker, "-C", "-t", "bar.app.notes", "-e", "-q", "-K", "=");
        Assert.Equal(
            Enumerable.Range(0, 100).Select(static n => $"key{n}=value {n}").Order(StringComparer.Ordinal),
            Lines(read).Order(StringComparer.Ordinal));

        await KcatAsync("key100=value 100\n", "-b", broker, "-P", "-t", "bar.app.notes", "-K", "=");
        Assert.Equal(101, await EndAsync(pipeline));

        using var tail = Start("-b", broker, "-C", "-t", "bar.app.notes", "-o", "end", "-u", "-c", "3", "-K", "=");
        var seen = tail.StandardOutput.ReadToEndAsync(TestPipeline.Ct);
        // Where a tail begins is decided when it connects: it is told of all that follows.
        while (!seen.IsCompleted)
        {
            await pipeline.SendAsync(Record("tail", "new"));
            await Task.WhenAny(seen, Task.Delay(100, TestPipeline.Ct));
        }
        Assert.All(Lines(await seen), static line => Assert.Equal("tail=new", line));
        await tail.WaitForExitAsync(TestPipeline.Ct);
        Assert.Equal(0, tail.ExitCode);
    }

    static EventRecord Record(string key, string value) =>
        new("bar.app.notes", Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));

    static async Task<long> EndAsync(TestPipeline pipeline)
    {
        var end = 0L;
        foreach (var partition in (TopicPartition[])[new("bar.app.notes", 0), new("bar.app.notes", 1)])
            end += (await pipeline.Log.OffsetsAsync(partition, TestPipeline.Ct)).End;
        return end;
    }

    static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    static async Task<string> KcatAsync(string input, params string[] arguments)
    {
        using var kcat = Start(arguments);
        var output = kcat.StandardOutput.ReadToEndAsync(TestPipeline.Ct);
        await kcat.StandardInput.WriteAsync(input);
        kcat.StandardInput.Close();
        await kcat.WaitForExitAsync(TestPipeline.Ct);
        Assert.Equal(0, kcat.ExitCode);
        return await output;
    }

    static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("kcat", arguments)
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    static bool IsInstalled() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Any(static folder => File.Exists(Path.Combine(folder, "kcat")));
}
