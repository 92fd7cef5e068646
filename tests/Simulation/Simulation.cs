using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Storage;
using Tapline.Simulation.Tests.Checking;
using Tapline.Simulation.Tests.Scenarios;
using Tapline.Simulation.Tests.Scheduling;
using Tapline.Simulation.Tests.World;
using Tapline.Streaming;
using Tapline.TestKit;

namespace Tapline.Simulation.Tests;

/// <summary>A source, a log, a lake and workers between them, on one thread, in no time: everything follows from the
/// scenario.</summary>
sealed class Simulation : IDisposable
{
    const int StepsMax = 400_000;

    const double MoveSecondsMax = 8;

    static readonly TimeSpan CatchUpMax = TimeSpan.FromMinutes(30);
    static readonly TimeSpan Afterwards = TimeSpan.FromSeconds(90);
    static readonly Lazy<DuckDbDatabase> Duck = new(static () => DuckDbDatabase.Open(options: new() { Threads = 1 }));

    readonly Scenario _scenario;
    readonly Func<IObjectStore, IObjectStore> _plant;
    readonly Scheduler _scheduler;
    readonly Network _network;
    readonly Lake _lake = new();
    readonly ForeignRows _foreign = new();
    readonly MemoryEventLog _log;
    readonly Source _source;
    readonly List<Worker> _workers = [];
    int _started;

    /// <summary>A simulation; <paramref name="plant"/> puts a mistake between a worker and its store.</summary>
    public Simulation(Scenario scenario, Func<IObjectStore, IObjectStore>? plant = null)
    {
        _scenario = scenario;
        _plant = plant ?? (static store => store);
        _scheduler = new Scheduler(scenario.Seed);
        _network = new Network(_scheduler, scenario.Faults, Befall);
        var time = new SimulatedTime(_scheduler);
        _log = new MemoryEventLog(time);
        _source = new Source(_log, time, scenario.HasDevices);
    }

    /// <summary>What was asked for and what happened, line by line.</summary>
    public IReadOnlyList<string> Trace => _network.Trace;

    /// <summary>Runs to the end; says what did not hold, null when all did.</summary>
    public string? Run()
    {
        try
        {
            Work();
            CatchUp();
            Step(_scheduler.Now + Afterwards, static () => false);
            LakeCheck.Run(_lake, _source, _foreign, Duck.Value);
            if (_scenario is { HasDevices: true, HasOneOwner: true })
                DeviceCheck.RunResults(_log, _source);
            return null;
        }
        catch (SimulationFailure failure)
        {
            return failure.Message;
        }
    }

    public void Dispose() => _lake.Dispose();

    void Work()
    {
        var source = new Process(_scheduler, "source");
        source.Start(RunSourceAsync);
        StartWorker();
        if (_scenario.Lanes > 1)
        {
            StartWorker();
            MoveLanes();
        }
        Step(TimeSpan.MaxValue, () => source.IsEnded);
        if (source.Failure is { } failure)
            throw new SimulationFailure($"the source failed: {failure}");
    }

    async Task RunSourceAsync()
    {
        var time = new SimulatedTime(_scheduler);
        await _source.AnnounceAsync(CancellationToken.None);
        foreach (var operation in _scenario.Operations)
        {
            _source.Do(operation);
            // Bursts and pauses: several changes to an epoch, and epochs without any.
            if (operation.Kind == OperationKind.Rest)
                await Task.Delay(TimeSpan.FromSeconds(operation.Key), time);
            else if (_scheduler.Chance.Next(3) == 0)
                await Task.Delay(_scheduler.UpTo(1), time);
        }
    }

    void CatchUp()
    {
        _network.IsCalm = true;
        foreach (var worker in _workers.SkipLast(1))
            _scheduler.After(_scheduler.UpTo(5), worker.Process.Kill);
        _workers[^1].Lanes.Give(DrawLanes());
        var writes = -1;
        Step(_scheduler.Now + CatchUpMax, () =>
        {
            if (writes == _lake.WriteCount)
                return false;
            writes = _lake.WriteCount;
            return Manifest.IsAtEnd(_lake, _source);
        });
        if (!Manifest.IsAtEnd(_lake, _source))
        {
            throw new SimulationFailure(
                "nothing fails any more, but the lanes do not catch up: "
                + (_workers[^1].Stream.Status.LastFailure ?? "it says nothing"));
        }
    }

    void Step(TimeSpan until, Func<bool> isOver)
    {
        while (_scheduler.Now < until && !isOver())
        {
            if (!_scheduler.Step())
                throw new SimulationFailure("nothing can go on: a deadlock, or a continuation left the scheduler");
            if (_scheduler.StepCount > StepsMax)
                throw new SimulationFailure($"no end after {StepsMax} steps");
            if (_workers.Find(static worker => worker.Process.IsEnded) is { Process.Failure: var failure })
                throw new SimulationFailure($"a worker gave up: {failure?.Message ?? "without a reason"}");
        }
    }

    void StartWorker()
    {
        var process = new Process(_scheduler, $"worker {++_started}", isWorker: true);
        var time = new SimulatedTime(_scheduler);
        var lanes = new GivenLanes(DrawLanes());
        var worker = new StreamWorker(
            new StreamOptions
            {
                Pipeline = "simulation",
                Prefix = SourceTable.Prefix,
                Lanes = _scenario.Lanes,
                EpochInterval = TimeSpan.FromMilliseconds(200),
                DiscoveryInterval = TimeSpan.FromMilliseconds(500),
                FetchBytesMax = 1_500,
                FileRowsMax = 8,
                SmallFilesMax = 3,
                HistoryFilesMax = 4,
                // The check reads every version that there ever was.
                MaintenanceInterval = null,
                Windows = _scenario.HasDevices ? [DeviceCheck.Window] : [],
            },
            new SimulatedLog(_log, process, _network, _scheduler, time),
            _plant(new SimulatedStore(process, _network, _lake, _scheduler.Chance)),
            Duck.Value,
            time,
            NewId,
            NullLoggerFactory.Instance,
            lanes);
        _workers.Add(new Worker(worker, process, time, lanes));
        process.Start(() => worker.RunAsync(CancellationToken.None));
    }

    // Whoever says who owns a lane may be wrong: it can have two owners, or none for a while.
    void MoveLanes()
    {
        if (_network.IsCalm)
            return;
        foreach (var worker in _workers.Where(static worker => !worker.Process.IsDead))
            worker.Lanes.Give(DrawLanes());
        _scheduler.After(_scheduler.UpTo(MoveSecondsMax), MoveLanes);
    }

    int[] DrawLanes() => _scenario.Lanes == 1 || _network.IsCalm
        ? [.. Enumerable.Range(0, _scenario.Lanes)]
        : [.. Enumerable.Range(0, _scenario.Lanes).Where(_ => _scheduler.Chance.Next(5) < 3)];

    void Befall(FaultKind fault, Process process)
    {
        switch (fault)
        {
            case FaultKind.CrashBefore or FaultKind.CrashAfter or FaultKind.CrashLate:
                process.Kill();
                _scheduler.After(_scheduler.UpTo(10), StartWorker);
                break;
            case FaultKind.Freeze:
                var duration = _scheduler.UpTo(40);
                process.Freeze(duration);
                _scheduler.After(_scheduler.UpTo(10), StartWorker);
                _scheduler.After(duration + _scheduler.UpTo(6), process.Kill);
                break;
            case FaultKind.Rival:
                StartWorker();
                _scheduler.After(_scheduler.UpTo(6), process.Kill);
                break;
            case FaultKind.Jump:
                var time = _workers.Single(worker => worker.Process == process).Time;
                time.Jump(TimeSpan.FromHours((_scheduler.Chance.NextDouble() * 100) - 50));
                break;
            case FaultKind.Foreign:
                Append();
                break;
        }
    }

    void Append()
    {
        var process = new Process(_scheduler, "foreign writer");
        var store = new SimulatedStore(process, _network, _lake, _scheduler.Chance);
        var writer = new ForeignWriter(store, new DeltaServices(new SimulatedTime(_scheduler), NewId), _foreign);
        // Not the current rows of the table that is truncated: whether a foreign row goes with the others is open.
        string[] roots = ["history/app.items", "history/app.notes", "current/app.items"];
        var root = roots[_scheduler.Chance.Next(roots.Length)];
        process.Start(() => writer.AppendAsync(root, CancellationToken.None));
    }

    Guid NewId()
    {
        var bytes = new byte[16];
        _scheduler.Chance.NextBytes(bytes);
        return new Guid(bytes);
    }

    sealed record Worker(StreamWorker Stream, Process Process, SimulatedTime Time, GivenLanes Lanes);
}
