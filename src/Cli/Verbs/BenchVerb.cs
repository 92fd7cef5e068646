using System.CommandLine;
using Tapline.Cli.Bench;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;
using Tapline.Contracts;

namespace Tapline.Cli.Verbs;

/// <summary>Measures the parts and the whole on this machine, each beside a floor or a peer of the same run.</summary>
sealed class BenchVerb : Verb
{
    static readonly TimeSpan TimeMax = TimeSpan.FromHours(1);

    readonly Argument<string> _part = new("part")
    {
        Description = "stages, lake, snapshot, stream, mqtt, or all of them but mqtt",
        DefaultValueFactory = static _ => "all",
    };
    readonly Option<int> _rows = new("--rows")
    {
        Description = "Rows to copy, rows of the lake's table, changes to stream: 100 to 20 000 000",
        DefaultValueFactory = static _ => 1_000_000,
    };
    readonly Option<int> _connections = new("--connections")
    {
        Description = "Devices that mqtt connects: 1 to 500 000",
        DefaultValueFactory = static _ => 1000,
    };
    readonly Option<int> _messages = new("--messages")
    {
        Description = "Messages that they publish: 100 to 20 000 000",
        DefaultValueFactory = static _ => 100_000,
    };
    readonly Option<int> _rate = new("--rate")
    {
        Description = "Messages a second that they publish where live windows are measured: 10 to 1 000 000",
        DefaultValueFactory = static _ => 5000,
    };
    readonly Option<int> _runs = new("--runs")
    {
        Description = "Runs of each candidate, 1 to 9; the middle one counts",
        DefaultValueFactory = static _ => 3,
    };

    public BenchVerb()
        : base("bench", "Measure how fast it is on this machine, with nothing but what it brings along",
            "bench", "bench stages", "bench stream --rows 200000 --runs 5", "bench snapshot --output json",
            "bench lake --rows 10000000", "bench lake --s3 http://127.0.0.1:7480/bucket",
            "bench mqtt --connections 10000 --messages 200000")
    {
        _part.AcceptOnlyFromAmong("stages", "lake", "snapshot", "stream", "mqtt", "all");
        Arguments.Add(_part);
        Options.Add(_rows);
        Options.Add(_connections);
        Options.Add(_messages);
        Options.Add(_rate);
        Options.Add(_runs);
        Options.Add(BucketOption.Option);
        Between(_rows, 100, 20_000_000);
        Between(_connections, 1, 500_000);
        Between(_messages, 100, 20_000_000);
        Between(_rate, 10, 1_000_000);
        Between(_runs, 1, 9);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var screen = Screen.Of(line);
        using var logs = ProcessLog.Open(line);
        var options = new BenchOptions(line.GetValue(_rows), line.GetValue(_runs), TimeProvider.System)
        {
            Bucket = BucketOption.Of(line),
            Connections = line.GetValue(_connections),
            Messages = line.GetValue(_messages),
            Rate = line.GetValue(_rate),
        };
        using var timer = new CancellationTokenSource(TimeMax, options.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, timer.Token);
        try
        {
            var suite = new BenchSuite(options, new BenchProgress(screen, options.Time), logs);
            var report = await suite.RunAsync(line.GetValue(_part)!, both.Token);
            report.Print(screen);
            screen.Result(report.ToJson());
            return ExitCode.Success;
        }
        catch (OperationCanceledException late) when (timer.IsCancellationRequested && !ct.IsCancellationRequested)
        {
            throw new TaplineException(
                $"the benchmark was not done after {Units.Time(TimeMax)}", "ask for fewer --rows", late);
        }
    }

    static void Between(Option<int> option, int min, int max) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() is var value && (value < min || value > max))
            result.AddError($"{option.Name} must be from {min} to {max}");
    });
}
