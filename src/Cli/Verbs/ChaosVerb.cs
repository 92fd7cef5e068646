using System.CommandLine;
using System.Security.Cryptography;
using Tapline.Cli.Chaos;
using Tapline.Cli.Running;
using Tapline.Cli.Terminal;

namespace Tapline.Cli.Verbs;

/// <summary>Kills the parts of a pipeline at work, again and again, and proves each time that nothing is lost and
/// nothing is there twice.</summary>
sealed class ChaosVerb : Verb
{
    readonly Option<int> _rounds = new("--rounds")
    {
        Description = "How many rounds",
        DefaultValueFactory = static _ => 30,
    };
    readonly Option<int?> _seed = new("--seed") { Description = "Repeats the plan of an earlier run" };
    readonly Option<double> _seconds = new("--seconds-per-round")
    {
        Description = "How long the business goes on in each round",
        DefaultValueFactory = static _ => 6,
    };
    readonly Option<int> _rate = new("--rate")
    {
        Description = "Changes a second",
        DefaultValueFactory = static _ => 800,
    };
    readonly Option<bool> _drift = new("--drift")
    {
        Description = "Also tables whose columns, types and keys change all the time",
    };
    readonly Option<int> _hugeRows = new("--huge-rows")
    {
        Description = "Rows of one transaction in the middle round; with --drift",
    };
    readonly Option<int> _faults = new("--faults")
    {
        Description = "With --s3: how many of 100 requests of the pipeline to the lake go wrong, 0 to 50",
        DefaultValueFactory = static _ => 10,
    };
    readonly Option<int> _lanes = new("--lanes")
    {
        Description = "How many lanes the lake has",
        DefaultValueFactory = static _ => 1,
    };
    readonly Option<int> _workers = new("--workers")
    {
        Description = "How many stream processes share the lanes",
        DefaultValueFactory = static _ => 1,
    };
    readonly Option<string?> _folder = new("--dir")
    {
        Description = "Where everything goes, empty or absent; otherwise a temporary folder",
        HelpName = "folder",
    };
    readonly Option<bool> _keep = new("--keep") { Description = "Keep the folder, also when all went well" };

    public ChaosVerb()
        : base("chaos", "Kill the parts of a busy pipeline again and again, and prove that the lake stays right",
            "chaos --rounds 5", "chaos --rounds 30 --seed 7 --dir /tmp/chaos --keep",
            "chaos --rounds 40 --seconds-per-round 10 --drift --huge-rows 5000000",
            "chaos --s3 http://127.0.0.1:7480/bucket --faults 20", "chaos --lanes 3 --workers 2")
    {
        foreach (var option in new Option[]
        {
            _rounds, _seed, _seconds, _rate, _drift, _hugeRows, _lanes, _workers, BucketOption.Option, _faults, _folder,
            _keep,
        })
            Options.Add(option);
        Between(_lanes, 1, 64);
        Between(_workers, 1, 8);
        AtLeast(_rounds, 1);
        AtLeast(_rate, 1);
        AtLeast(_hugeRows, 0);
        AtLeast(_faults, 0);
        _faults.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() > 50)
                result.AddError("--faults must be at most 50");
        });
        Validators.Add(result =>
        {
            if (result.GetValue(_hugeRows) > 0 && !result.GetValue(_drift))
                result.AddError("--huge-rows needs --drift: the transaction is one of its tables'");
            if (result.GetValue(_workers) > result.GetValue(_lanes))
                result.AddError("--workers needs as many --lanes: the others would have nothing to do");
        });
        AtLeast(_seconds, 0.5);
    }

    protected override async Task<int> RunAsync(ParseResult line, CancellationToken ct)
    {
        var screen = Screen.Of(line);
        var options = new ChaosOptions(
            line.GetValue(_rounds),
            line.GetValue(_seed) ?? RandomNumberGenerator.GetInt32(1, int.MaxValue),
            TimeSpan.FromSeconds(line.GetValue(_seconds)),
            line.GetValue(_rate),
            line.GetValue(_drift),
            line.GetValue(_hugeRows))
        {
            Lanes = line.GetValue(_lanes),
            Workers = line.GetValue(_workers),
            Bucket = BucketOption.Of(line),
            FaultShare = line.GetValue(_faults) / 100.0,
        };
        ChaosLake.Check(options);
        var folder = ChaosFolder.Create(
            line.GetValue(_folder) ?? Path.Combine(Path.GetTempPath(), $"tapline-chaos-{RunningPipeline.NewId():N}"));
        using var logs = ProcessLog.Open(line);
        await using var lake = ChaosLake.Open(options, folder, TimeProvider.System);
        var report = new ChaosReport(options, folder, lake);
        try
        {
            await using var run = new ChaosRun(options, folder, lake, screen, TimeProvider.System, logs);
            await run.RunAsync(report, ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            if (!line.GetValue(_keep))
                await DeleteAsync(folder, lake);
            throw;
        }
        catch (Exception failure)
        {
            // It is the result of this verb, not its end.
            report.Fail(line.GetValue(CommonOptions.Verbose) ? failure.ToString() : failure.Message);
        }
        report.Print(screen);
        if (report.IsClean && !line.GetValue(_keep))
            await DeleteAsync(folder, lake);
        return report.ExitCode;
    }

    static async Task DeleteAsync(ChaosFolder folder, ChaosLake lake)
    {
        await lake.DeleteAsync();
        folder.Delete();
    }

    static void Between(Option<int> option, int min, int max) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<int>() is var value && (value < min || value > max))
            result.AddError($"{option.Name} must be from {min} to {max}");
    });

    static void AtLeast<T>(Option<T> option, T min)
        where T : IComparable<T> => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<T>().CompareTo(min) < 0)
            result.AddError($"{option.Name} must be at least {min}");
    });
}
