using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;
using Tapline.Settings;

namespace Tapline.Models;

/// <summary>Binds the models of a package against empty relations: what they read, their order, their columns, and all
/// that is wrong with them, each with its file and line.</summary>
sealed partial class ModelBinder : IDisposable
{
    readonly ModelPackage _package;
    readonly List<string> _problems;
    readonly DuckDbDatabase _database = DuckDbDatabase.Open(options: new DuckDbOptions { Threads = 1 });
    readonly DuckDbConnection _connection;
    readonly HashSet<string> _volatile;
    readonly Dictionary<string, Model> _models;
    readonly Dictionary<string, SqlTree> _trees = new(StringComparer.Ordinal);
    readonly List<Model> _bound = [];

    ModelBinder(ModelPackage package, List<string> problems)
    {
        (_package, _problems) = (package, problems);
        _connection = _database.Connect();
        _models = package.Models.ToDictionary(static model => model.Name, StringComparer.Ordinal);
        _volatile = VolatileFunctions();
    }

    /// <summary>The package with its models bound and in order; what is wrong is added to
    /// <paramref name="problems"/>.</summary>
    public static ModelPackage Bind(ModelPackage package, List<string> problems)
    {
        using var binder = new ModelBinder(package, problems);
        return package with { Models = binder.Run() };
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    ImmutableArray<Model> Run()
    {
        try
        {
            ModelCatalog.Create(_connection, _package);
        }
        catch (DuckDbException failure)
        {
            _problems.Add($"{Path.Combine(_package.Folder, "macros.sql")}:{LineIn(failure)}: {Sentence(failure)}");
            return [];
        }
        foreach (var relation in _package.Relations.Values)
            CreateEmpty(relation.Name, relation.Columns);
        CreateEmpty(ModelCatalog.Clock, ModelCatalog.ClockColumns);
        foreach (var model in _models.Values)
            Parse(model);
        foreach (var model in InOrder())
        {
            if (Bind(model) is { } bound)
                _bound.Add(bound);
        }
        CheckTests();
        return [.. _bound];
    }

    // When all models are bound: a test may name one that comes later.
    void CheckTests()
    {
        var check = new TestCheck(
            _connection, NamedColumns, [.. _package.Relations.Keys, .. _models.Keys], _volatile.Contains);
        foreach (var model in _bound)
        {
            // What is wrong with a model that a test names has been told.
            foreach (var test in model.Tests.Where(test => test.Relationship is not { } other
                || !_models.ContainsKey(other.Relation) || NamedColumns(other.Relation) is not null))
            {
                if (check.Problem(model, test) is { } problem)
                    _problems.Add($"{model.File}:{test.Line}: {problem}");
            }
        }
    }

    void CreateEmpty(string name, ImmutableArray<ColumnSchema> columns) => _connection.Execute(
        $"create or replace view {SqlText.Identifier(name)} as {ModelCatalog.Empty(columns)}");

    HashSet<string> VolatileFunctions()
    {
        using var result = _connection.Query(
            "select distinct function_name from duckdb_functions() where stability <> 'CONSISTENT'");
        var names = new HashSet<string>(
            ["current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"],
            StringComparer.Ordinal);
        foreach (var chunk in result.Chunks())
        {
            for (var row = 0; row < chunk.Count; row++)
                names.Add(System.Text.Encoding.UTF8.GetString(chunk.Column(0).Bytes(row)));
        }
        // It has no answer, so that it is the same every time.
        names.Remove("error");
        return names;
    }

    void Parse(Model model)
    {
        try
        {
            var tree = SqlTree.Parse(_connection, model.Sql);
            _trees.Add(model.Name, tree);
            foreach (var function in tree.Functions.Where(_volatile.Contains))
            {
                Add(model, tree.LineOf(function), $"calls {function}, whose answer is another one each time; "
                    + "time is read from the relation clock");
            }
            foreach (var name in tree.Tables.Where(name => !IsKnown(name)))
            {
                var near = Spelling.Nearest(name, _package.Relations.Keys.Concat(_models.Keys));
                Add(model, tree.LineOf(name), $"reads \"{name}\", which is no source and no model"
                    + (near is null ? "" : $"; did you mean \"{near}\"?"));
            }
        }
        catch (DuckDbException failure)
        {
            Add(model, LineIn(failure) - 1, Sentence(failure));
        }
    }

    bool IsKnown(string name) =>
        _package.Relations.ContainsKey(name) || _models.ContainsKey(name)
        || name is ModelCatalog.Clock or ModelCatalog.Parameters;

    // Each after those that it reads; of a circle one mistake, and none of its models.
    List<Model> InOrder()
    {
        var ordered = new List<Model>();
        var state = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var name in _trees.Keys.Order(StringComparer.Ordinal))
            Visit(name, []);
        return ordered;

        void Visit(string name, ImmutableList<string> path)
        {
            if (state.TryGetValue(name, out var isDone))
            {
                if (!isDone)
                {
                    var circle = path.SkipWhile(other => other != name).Append(name);
                    Add(_models[name], 0, $"reads itself: {string.Join(" -> ", circle)}");
                    state[name] = true;
                }
                return;
            }
            state[name] = false;
            foreach (var read in _trees[name].Tables.Where(_trees.ContainsKey).Order(StringComparer.Ordinal))
                Visit(read, path.Add(name));
            if (!state[name])
                ordered.Add(_models[name]);
            state[name] = true;
        }
    }

    Model? Bind(Model model)
    {
        var tree = _trees[model.Name];
        var reads = tree.Tables.Where(static name => name is not ModelCatalog.Parameters)
            .Order(StringComparer.Ordinal).ToImmutableArray();
        // What is wrong with a model that this one reads has been told.
        if (reads.Any(name => !_package.Relations.ContainsKey(name) && name != ModelCatalog.Clock
            && _bound.All(bound => bound.Name != name)))
            return null;
        var before = _problems.Count;
        try
        {
            using var statement = _connection.Prepare(model.Sql);
            var columns = statement.Columns.Select(column => Column(model, column)).OfType<ColumnSchema>()
                .Select(column => column with { KeyOrdinal = model.Key.IndexOf(column.Name) });
            model = model with { Columns = [.. columns], Reads = reads };
        }
        catch (DuckDbException failure)
        {
            Add(model, LineIn(failure) - 1, Sentence(failure));
            return null;
        }
        foreach (var name in model.Columns.GroupBy(static column => column.Name, StringComparer.OrdinalIgnoreCase)
            .Where(static group => group.Count() > 1))
            Add(model, 0, $"has two columns \"{name.Key}\"");
        CheckNames(model);
        foreach (var view in _bound.Where(bound => model.IsStored && !bound.IsStored && reads.Contains(bound.Name)))
            Add(model, tree.LineOf(view.Name), $"reads {view.Name}, which is a view: a stored model reads stored ones");
        if (model.Kind == ModelKind.Fold)
            model = BindFold(model, tree);
        else if (model.IsStored)
            new PathCheck(model, NamedColumns, text => _problems.Add($"{model.File}:{model.InputsLine}: {text}")).Run();
        if (_problems.Count > before)
            return null;
        _connection.Execute($"create or replace view {SqlText.Identifier(model.Name)} as "
            + ModelCatalog.Empty(model.Columns));
        return model;
    }

    ImmutableArray<ColumnSchema>? NamedColumns(string name) =>
        _package.Relations.TryGetValue(name, out var relation) ? relation.Columns
        : _bound.FirstOrDefault(model => model.Name == name)?.Columns;

    void CheckNames(Model model)
    {
        var names = model.Columns.Select(static column => column.Name).ToList();
        IEnumerable<string> named =
            [.. model.Key, model.Closed, .. model.Tracked, .. model.Carried, .. model.ColumnDescriptions.Keys];
        foreach (var name in named.Distinct().Where(name => name.Length > 0 && !names.Contains(name)))
        {
            var near = Spelling.Nearest(name, names);
            Add(model, 1 - model.SqlLine, $"the header names \"{name}\", which is no column of the result"
                + (near is null ? "" : $"; did you mean \"{near}\"?"));
        }
        if (model.Reads.Contains(ModelCatalog.Clock) && model.Time == ModelTime.None)
        {
            Add(model, _trees[model.Name].LineOf(ModelCatalog.Clock),
                "reads clock: the header must say how often it changes (time: date or time: tick)");
        }
        if (!model.Reads.Contains(ModelCatalog.Clock) && model.Time != ModelTime.None)
            Add(model, 1 - model.SqlLine, "the header says time, but the SELECT does not read clock");
    }

    Model BindFold(Model model, SqlTree tree)
    {
        if (model.Reads is not [var read] || !_package.Relations.TryGetValue(read, out var relation))
        {
            Add(model, 0, $"a fold reads one source, found {string.Join(", ", model.Reads)}");
            return model;
        }
        if (tree.Columns.Length != model.Columns.Length)
        {
            Add(model, 0, "a fold is one SELECT that names each of its columns");
            return model;
        }
        var combiners = ImmutableArray.CreateBuilder<Combiner>();
        for (var i = 0; i < model.Columns.Length; i++)
        {
            var (name, item) = (model.Columns[i].Name, tree.Columns[i]);
            if (item.Combiner is not { } combiner)
            {
                Add(model, 0, $"column \"{name}\" of the fold cannot be merged from parts: it must be a sum, count, "
                    + "min, max, bit_or, bit_and, bool_or or bool_and, without distinct");
                continue;
            }
            if (combiner == Combiner.Key != model.Key.Contains(name))
            {
                Add(model, 0, combiner == Combiner.Key
                    ? $"column \"{name}\" of the fold is no aggregate and not part of the key"
                    : $"column \"{name}\" of the fold is part of the key, but an aggregate");
            }
            if (relation.Kind == RelationKind.Table && combiner is not (Combiner.Key or Combiner.Sum))
            {
                Add(model, 0, $"column \"{name}\": rows of {read} change and go, which a {item.Aggregate} cannot take "
                    + $"back; derive it, or fold {read}_changes");
            }
            if (relation.Kind == RelationKind.Table && combiner == Combiner.Sum && !item.IsNeverNull)
                Add(model, 0, $"column \"{name}\": over rows that can go, write coalesce(sum(…), 0)");
            combiners.Add(combiner);
        }
        var rowCount = tree.Columns.ToList().FindIndex(static column => column.CountsRows);
        if (relation.Kind == RelationKind.Table && rowCount < 0)
            Add(model, 0, $"a fold of {read} needs a column count(*): it says when a group has no rows any more");
        return model with { Combiners = combiners.ToImmutable(), RowCountColumn = rowCount };
    }

    ColumnSchema? Column(Model model, DuckDbColumn column)
    {
        if (LakeTypes.Of(column) is { } schema)
            return schema;
        Add(model, 0, $"column \"{column.Name}\" is {column.Type}, which is no type of the lake; "
            + LakeTypes.Advice(column.Type));
        return null;
    }

    void Add(Model model, int line, string text) =>
        _problems.Add(string.Create(CultureInfo.InvariantCulture, $"{model.File}:{model.SqlLine + line}: {text}"));

    static int LineIn(DuckDbException failure) =>
        ErrorLine().Match(failure.Message) is { Success: true } match
            ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : 1;

    // The first line; where DuckDB has candidates for a name, these too.
    static string Sentence(DuckDbException failure)
    {
        var lines = failure.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var candidates = lines.FirstOrDefault(static line => line.StartsWith("Candidate", StringComparison.Ordinal));
        return candidates is null ? lines[0] : $"{lines[0]} {candidates}";
    }

    [GeneratedRegex(@"LINE (\d+):")]
    private static partial Regex ErrorLine();
}
