using System.Diagnostics;
using System.Text.Json;
using Tapline.TestKit.Mqtt;

namespace Tapline.Cli.Tests.Bench;

/// <summary>The measurement of MQTT starts processes of the program itself, so it is run as one.</summary>
public sealed class MqttBenchTests
{
    static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_small_run_measures_the_listener_and_where_there_is_mosquitto_both_ways_beside_it()
    {
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "Tapline.Cli.dll"),
            "bench", "mqtt", "--connections", "20", "--messages", "500", "--rate", "200", "--runs", "1",
            "--output", "json",
        ])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(Ct);
        var output = await process.StandardOutput.ReadToEndAsync(Ct);
        await process.WaitForExitAsync(Ct);

        Assert.True(process.ExitCode == ExitCode.Success, await errors);
        using var report = JsonDocument.Parse(output);
        var sections = report.RootElement.GetProperty("sections").EnumerateArray().ToList();
        Assert.Equal(5, sections.Count);
        Assert.Equal(3, sections.Single(static section => section.GetProperty("unit").GetString() == "ms")
            .GetProperty("lines").GetArrayLength());
        Assert.All(sections, static section => Assert.All(
            section.GetProperty("lines").EnumerateArray(), static line =>
                Assert.True(line.GetProperty("median").GetDouble() > 0, line.GetProperty("name").GetString())));
        Assert.Equal(
            MosquittoServer.IsInstalled ? 3 : 1,
            sections.Single(static section => section.GetProperty("unit").GetString() == "messages/s")
                .GetProperty("lines").GetArrayLength());
    }
}
