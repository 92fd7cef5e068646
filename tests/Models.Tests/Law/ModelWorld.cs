using System.Collections.Frozen;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Contracts.Columns;
using Tapline.Lakehouse.DuckDb;
using Tapline.Models;
using Tapline.Streaming;
using Tapline.Streaming.Models;
using Tapline.Streaming.Tables;

namespace Tapline.Models.Tests.Law;

/// <summary>A package with rows that change by chance, kept current by the engine, and computed anew from all rows to
/// compare.</summary>
sealed class ModelWorld : IDisposable
{
    const long HourUs = 3_600_000_000;
    const long StartUs = 1_740_000_000_000_000;

    static readonly StreamOptions Options = new() { Pipeline = "law", Prefix = "law" };

    readonly ModelPackage _package;
    readonly Random _random;
    readonly RandomRow _rows;
    readonly Dictionary<string, SourceRows> _sources = new(StringComparer.Ordinal);
    readonly DuckDbDatabase _plain = DuckDbDatabase.Open(options: new DuckDbOptions { Threads = 1 });
    readonly DuckDbConnection _whole;
    readonly Dictionary<string, SliceTable> _slices = new(StringComparer.Ordinal);
    readonly ColumnBatch _clock = new(ModelCatalog.ClockColumns);
    ModelEngine _engine;
    ModelStep _last;
    long _epoch;
    long _nowUs = StartUs;
    long _offset;

    public ModelWorld(ModelPackage package, int seed)
    {
        (_package, _random) = (package, new Random(seed));
        _rows = new RandomRow(_random, package);
        _whole = _plain.Connect();
        ModelCatalog.Create(_whole, package);
        foreach (var relation in package.Relations.Values)
        {
            _sources.Add(relation.Name, new SourceRows(relation, Options));
            Offer(relation.Name, new SliceTable(relation.Columns));
        }
        Offer(ModelCatalog.Clock, new SliceTable(ModelCatalog.ClockColumns));
        foreach (var model in package.Stored)
            Offer($"engine_{model.Name}", new SliceTable(model.Columns));
        _whole.Execute("create schema kept");
        foreach (var model in package.Stored)
        {
            var name = SqlText.Identifier(model.Name);
            _whole.Execute($"create view kept.{name} as from {SqlText.Identifier($"engine_{model.Name}")}");
            if (model.Kind == ModelKind.Snapshot)
                _whole.Execute($"create table {name} as {ModelCatalog.Empty(model.Columns)}");
        }
        _engine = Open();
    }

    /// <summary>The database that has all rows, and the models that were computed anew from them.</summary>
    public DuckDbConnection Whole => _whole;

    /// <summary>Changes some rows, lets time pass, and now and then starts the engine again.</summary>
    public void Go()
    {
        for (var i = _random.Next(6); i >= 0; i--)
            Change();
        _nowUs += _random.Next(10) switch { 0 => 24 * HourUs, 1 => 5 * HourUs, _ => HourUs / 40 };
        _last = new ModelStep(++_epoch, _nowUs, _nowUs, StartUs);
        _engine.Step(_last, FrozenSet<string>.Empty, TestContext.Current.CancellationToken);
        foreach (var model in _package.Stored.Where(static model => model.Kind == ModelKind.Snapshot))
            Keep(model);
        if (_random.Next(12) == 0)
            Restart();
    }

    /// <summary>The first model whose rows are not those that plain SQL gives, with what differs; null for none.
    /// </summary>
    public string? Difference()
    {
        foreach (var source in _sources.Values)
            _slices[source.Relation.Name].Give(source.All());
        GiveClock();
        FullRefresh.Run(_whole, _package);
        foreach (var table in _engine.Tables)
        {
            var name = table.Model.Name;
            GiveKept(table);
            var (full, ours) = (SqlText.Identifier(name), SqlText.Identifier($"engine_{name}"));
            using var result = _whole.Query(
                $"""
                select 'missing', to_json(t)::varchar from (select * from {full} except all select * from {ours}) t
                union all
                select 'extra', to_json(t)::varchar from (select * from {ours} except all select * from {full}) t
                """);
            foreach (var chunk in result.Chunks().Where(static chunk => chunk.Count > 0))
            {
                var lines = Enumerable.Range(0, Math.Min(6, chunk.Count))
                    .Select(row => $"{Text(chunk, 0, row)} {Text(chunk, 1, row)}");
                return $"{name} at epoch {_epoch}:\n{string.Join('\n', lines)}";
            }
        }
        return null;
    }

    public void Dispose()
    {
        _engine.Dispose();
        _whole.Dispose();
        _plain.Dispose();
    }

    // The rows that a snapshot has of earlier dates are those that its SELECT gave then.
    void Keep(Model snapshot)
    {
        GiveClock();
        foreach (var table in _engine.Tables.Where(table => snapshot.Reads.Contains(table.Model.Name)))
            GiveKept(table);
        var name = SqlText.Identifier(snapshot.Name);
        var same = string.Join(" and ", snapshot.Key.Select(column => $"k.{column} = n.{column}"));
        _whole.Execute("set search_path = 'kept,main'");
        _whole.Execute($"create or replace temp table now_kept as {ModelCatalog.Typed(snapshot)}");
        _whole.Execute("reset search_path");
        _whole.Execute($"delete from {name} k using now_kept n where {same}; insert into {name} from now_kept");
    }

    void GiveClock()
    {
        _clock.Clear();
        _clock.Columns[0].Append(_last.AsOf);
        _clock.Columns[1].Append(_last.TickUs);
        _clock.Columns[2].Append(_last.StartedUs);
        _slices[ModelCatalog.Clock].Give(_clock);
    }

    void GiveKept(ModelTable table)
    {
        var rows = new ColumnBatch(table.Model.Columns);
        foreach (var slot in table.Current.State.LiveSlots())
            RowCodec.Decode(table.Current.State.Row(slot), rows.Columns, rows.Columns.Length);
        _slices[$"engine_{table.Model.Name}"].Give(rows);
    }

    void Offer(string name, SliceTable slice)
    {
        _slices.Add(name, slice);
        _whole.RegisterTable($"_rows_{name}", slice);
        var function = SqlText.Identifier($"_rows_{name}");
        _whole.Execute($"create view {SqlText.Identifier(name)} as select * from {function}()");
    }

    static string Text(DuckDbChunk chunk, int column, int row) =>
        Encoding.UTF8.GetString(chunk.Column(column).Bytes(row));

    ModelEngine Open()
    {
        var engine = new ModelEngine(_package, Options, TimeProvider.System, NullLogger.Instance);
        foreach (var (name, rows) in engine.Relations)
        {
            if (_sources.TryGetValue(name, out var source) && source.Relation.Kind != RelationKind.Stream)
                rows.Attach(source.Current.State, source.Layout);
        }
        return engine;
    }

    void Restart()
    {
        var kept = _engine.Tables.ToDictionary(
            static table => table.Model.Name,
            static table => table.Current.State.LiveSlots()
                .Select(slot => table.Current.State.Row(slot).ToArray()).ToList());
        _engine.Dispose();
        _engine = Open();
        foreach (var table in _engine.Tables)
        {
            foreach (var row in kept[table.Model.Name])
                table.Current.Put(row);
        }
        _engine.Resume(_last);
    }

    void Change()
    {
        var tables = _sources.Values.Where(static source => source.Relation.Kind != RelationKind.Changes).ToArray();
        var source = tables[_random.Next(tables.Length)];
        if (source.Relation.Kind == RelationKind.Stream)
        {
            Message(source);
            return;
        }
        if (_random.Next(60) == 0)
        {
            Truncate(source);
            return;
        }
        if (_random.Next(5) == 0 && source.Pick(_random.Next(1000)) is { } gone)
        {
            source.Remove(gone);
            Log(source, gone, "d");
            return;
        }
        var row = _rows.Of(source.Relation, _nowUs);
        var isNew = source.Count;
        source.Put(row, _nowUs);
        Log(source, row, source.Count > isNew ? "c" : "u");
    }

    // Of a truncated table the log says nothing row by row; models over the changes of a table would not know.
    void Truncate(SourceRows source)
    {
        if (!_engine.Relations.ContainsKey($"{source.Relation.Name}_changes"))
            source.Current.Clear();
    }

    void Message(SourceRows source)
    {
        var row = _rows.Of(source.Relation, _nowUs);
        Number(row);
        source.Put(row, _nowUs);
        if (_engine.Relations.TryGetValue(source.Relation.Name, out var rows))
            rows.Take(row);
    }

    void Log(SourceRows source, ColumnBatch row, string op)
    {
        var changes = _sources[$"{source.Relation.Name}_changes"];
        var change = new ColumnBatch(changes.Relation.Columns);
        for (var i = 0; i < row.Columns.Length; i++)
            change.Columns[i].AppendFrom(row.Columns[i], 0);
        change.Columns[row.Columns.Length].Append(Encoding.UTF8.GetBytes(op));
        change.Columns[row.Columns.Length + 1].Append(_nowUs);
        change.Columns[row.Columns.Length + 2].Append(1L);
        change.Columns[row.Columns.Length + 3].Append(_nowUs);
        change.Columns[row.Columns.Length + 4].Append(0);
        change.Columns[row.Columns.Length + 5].Append(_offset++);
        changes.Put(change, _nowUs);
    }

    // No two messages are the same one.
    void Number(ColumnBatch row)
    {
        var last = row.Columns.Length - 1;
        row.Columns[last].Truncate(0);
        row.Columns[last].Append(_offset++);
        row.Columns[last - 1].Truncate(0);
        row.Columns[last - 1].Append(0);
    }
}
