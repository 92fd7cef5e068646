using Microsoft.Extensions.Logging;
using Tapline.Contracts.Columns;
using Tapline.Lakehouse.DuckDb;
using Tapline.Models;

namespace Tapline.Streaming.Models;

/// <summary>Keeps the tables of a package's models current: each step takes what changed in the sources through all
/// models, in their order. Owned by the lane's task.</summary>
sealed class ModelEngine : IDisposable
{
    static readonly TimeSpan SlowMin = TimeSpan.FromSeconds(1);

    readonly TimeProvider _time;
    readonly ILogger _logger;
    readonly Dictionary<string, RelationRows> _relations = new(StringComparer.Ordinal);
    readonly DuckDbDatabase _database;
    readonly DuckDbConnection _connection;
    readonly List<ModelRun> _runs = [];
    readonly ColumnBatch _clock = new(ModelCatalog.ClockColumns);
    ModelStep _last;

    /// <summary>An engine without rows.</summary>
    /// <param name="package">Its models.</param>
    /// <param name="options">How their files are cut.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public ModelEngine(ModelPackage package, StreamOptions options, TimeProvider time, ILogger logger)
    {
        (_time, _logger) = (time, logger);
        Package = package;
        // One thread: the lane's own, which waits for the answer anyway.
        _database = DuckDbDatabase.Open(options: new DuckDbOptions { Threads = 1 });
        _connection = _database.Connect();
        ModelCatalog.Create(_connection, package);
        Offer(ModelCatalog.Clock, new BatchTable(_clock));
        var read = package.Stored.SelectMany(static model => model.Reads).ToHashSet(StringComparer.Ordinal);
        foreach (var relation in package.Relations.Values.Where(relation => read.Contains(relation.Name)))
            Add(new RelationRows(relation.Name, relation.Columns));
        foreach (var model in package.Stored)
        {
            var table = new ModelTable(model, options);
            Add(table.Rows);
            _runs.Add(model.Kind == ModelKind.Fold
                ? new FoldRun(table, _connection, Relation)
                : new DeriveRun(table, _connection, Relation));
        }
    }

    /// <summary>What it keeps current.</summary>
    public ModelPackage Package { get; }

    /// <summary>The tables of the models, in their order.</summary>
    public IEnumerable<ModelTable> Tables => _runs.Select(static run => run.Table);

    /// <summary>The relations that models read.</summary>
    public IReadOnlyDictionary<string, RelationRows> Relations => _relations;

    /// <summary>A relation that models read.</summary>
    public RelationRows Relation(string name) => _relations[name];

    /// <summary>The folds among the models.</summary>
    public IEnumerable<FoldRun> Folds => _runs.OfType<FoldRun>();

    /// <summary>Takes all that changed since the last step through the models.</summary>
    /// <param name="at">The step.</param>
    /// <param name="stale">Models whose keys are all computed anew.</param>
    /// <param name="ct">Ends it.</param>
    public void Step(ModelStep at, IReadOnlySet<string> stale, CancellationToken ct)
    {
        _clock.Clear();
        _clock.Columns[0].Append(at.AsOf);
        _clock.Columns[1].Append(at.TickUs);
        _clock.Columns[2].Append(at.StartedUs);
        foreach (var run in _runs)
        {
            var isDue = stale.Contains(run.Table.Model.Name) || run.Table.Model.Time switch
            {
                ModelTime.Date => at.AsOf != _last.AsOf,
                ModelTime.Tick => at.TickUs != _last.TickUs,
                _ => false,
            };
            var began = _time.GetTimestamp();
            var failed = run.Failures.Count;
            run.Run(at, isDue, ct);
            if (run.Failures.Count > failed)
                _logger.ModelFailed(run.Table.Model.Name, run.Failures.Count - failed, run.Failures.Reason);
            var took = _time.GetElapsedTime(began);
            if (took > SlowMin)
                _logger.ModelSlow(run.Table.Model.Name, (long)took.TotalMilliseconds, run.Table.ChangedCount);
        }
        foreach (var rows in _relations.Values)
            rows.EndStep();
        foreach (var table in Tables)
            table.Close(at);
        _last = at;
    }

    /// <summary>Takes what is there for what the models have seen, at a step in the past.</summary>
    public void Resume(ModelStep last)
    {
        foreach (var rows in _relations.Values)
            rows.EndStep();
        _last = last;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var run in _runs)
            run.Dispose();
        _connection.Dispose();
        _database.Dispose();
    }

    void Add(RelationRows rows)
    {
        _relations.Add(rows.Name, rows);
        Offer(rows.Name, rows.Slice);
    }

    void Offer(string name, ITableFunctionSource rows)
    {
        var function = $"_rows_{name}";
        _connection.RegisterTable(function, rows);
        _connection.Execute(
            $"create view {SqlText.Identifier(name)} as select * from {SqlText.Identifier(function)}()");
    }
}
