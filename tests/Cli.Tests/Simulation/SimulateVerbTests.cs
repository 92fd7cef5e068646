using System.Globalization;
using Tapline.Cli.Simulation;
using Tapline.Contracts;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Tests.Simulation;

public sealed class SimulateVerbTests
{
    [Theory]
    [InlineData("--count", "0")]
    [InlineData("--rate", "-1")]
    [InlineData("--rate", "5", "--speed", "5")]
    [InlineData("--qos", "3")]
    [InlineData("--duration", "soon")]
    [InlineData("--start", "yesterday-ish")]
    [InlineData("--to", "http://127.0.0.1:1883")]
    [InlineData("--to", "mqtt://name:secret@127.0.0.1:1883")]
    public async Task What_cannot_be_simulated_is_wrong_usage(params string[] options)
    {
        using var errors = new StringWriter();

        var code = await CommandLine.RunAsync(["simulate", "devices", .. options], TextWriter.Null, errors);

        Assert.Equal(ExitCode.Usage, code);
        Assert.StartsWith("error: --", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_target_where_nobody_listens_is_told_with_its_address()
    {
        var port = TestKit.LoopbackPort.Free();
        using var errors = new StringWriter();

        var code = await CommandLine.RunAsync(
            ["simulate", "devices", "--to", string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{port}")],
            TextWriter.Null, errors);

        Assert.NotEqual(ExitCode.Success, code);
        Assert.Contains($"127.0.0.1:{port}", errors.ToString(), StringComparison.Ordinal);
        Assert.Contains("hint:", errors.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", 0, 0)]
    [InlineData("default", 0.005, 0.02)]
    [InlineData("duplicates", 0.005, 0)]
    [InlineData("duplicates=0.5,outages=3", 0.5, 3)]
    [InlineData("default,outages=3", 0.005, 3)]
    public void Faults_are_chosen_by_name_and_rate(string text, double duplicates, double outages)
    {
        var faults = FaultRates.Parse(text);

        Assert.Equal((duplicates, outages), (faults.Duplicates, faults.Outages));
    }

    [Theory]
    [InlineData("dupes", "no fault is called \"dupes\"")]
    [InlineData("late=2", "\"2\" is no rate of late")]
    [InlineData("late=often", "\"often\" is no rate of late")]
    [InlineData("late=NaN", "\"NaN\" is no rate of late")]
    public void A_fault_that_does_not_exist_is_named(string text, string message)
    {
        var failure = Assert.Throws<TaplineException>(() => FaultRates.Parse(text));

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.Contains("duplicates", failure.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void More_connections_than_the_system_lets_open_are_refused_before_anything_starts()
    {
        string[] limits =
        [
            "Limit                     Soft Limit           Hard Limit           Units",
            "Max processes             94908                94908                processes",
            "Max open files            1024                 524288               files",
        ];

        Assert.Equal(1024, OpenFileLimit.Parse(limits));
        Assert.Null(OpenFileLimit.Parse([]));
        Assert.Null(OpenFileLimit.Parse(["Max open files            unlimited            unlimited            files"]));
        OpenFileLimit.Require(800, 1024, "--count");
        var refused = Assert.Throws<TaplineException>(static () => OpenFileLimit.Require(10_000, 1024, "--count"));
        Assert.Contains("10 000 connections need 10 200 open files", refused.Message, StringComparison.Ordinal);
        Assert.Contains("ulimit -n 10200", refused.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_start_a_fleet_ends_about_now()
    {
        var now = new DateTimeOffset(2025, 3, 8, 2, 0, 0, 500, TimeSpan.Zero);

        Assert.Equal(
            now.AddHours(-1).AddMilliseconds(-500),
            DeviceSimulation.StartFor(10, new FleetPace.Speed(60, TimeSpan.FromMinutes(1)), now));
        var rate = DeviceSimulation.StartFor(1000, new FleetPace.Rate(1000, TimeSpan.FromMinutes(1)), now);
        Assert.InRange((now - rate).TotalMinutes, 50, 65);
    }
}
