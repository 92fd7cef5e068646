using System.Collections.Frozen;
using System.Collections.Immutable;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Models.Lineage;

/// <summary>What every column of a package's models follows from, and what follows from it, by the SQL that computes
/// it.</summary>
public sealed class PackageLineage
{
    readonly ModelPackage _package;
    readonly FrozenDictionary<RelationColumn, ImmutableArray<LineageEdge>> _inputs;
    readonly FrozenDictionary<RelationColumn, ImmutableArray<LineageEdge>> _sources;
    readonly FrozenDictionary<RelationColumn, ImmutableArray<LineageEdge>> _readers;
    readonly FrozenSet<RelationColumn> _personal;

    PackageLineage(ModelPackage package, Dictionary<RelationColumn, InputSet> inputs)
    {
        _package = package;
        _inputs = inputs.ToFrozenDictionary(
            static pair => pair.Key, static pair => Edges(pair.Value.Values, pair.Value.Filters));
        _sources = SourcesOfAll();
        _readers = _inputs
            .SelectMany(static pair => pair.Value.Select(edge => (To: pair.Key, Edge: edge)))
            .GroupBy(static pair => pair.Edge.Column)
            .ToFrozenDictionary(static group => group.Key, static group => group
                .Select(static pair => new LineageEdge(pair.To, pair.Edge.Kind))
                .OrderBy(static edge => edge.Column).ToImmutableArray());
        _personal = package.Sources.Tables
            .SelectMany(static table => table.Columns.Where(static column => column.IsPersonal)
                .Select(column => new RelationColumn(table.Pattern, column.Name)))
            .Concat(package.Sources.Devices.Streams.SelectMany(static stream => stream.Columns
                .Where(static column => column.IsPersonal)
                .Select(column => new RelationColumn($"iot_{stream.Name}", column.Name))))
            .ToFrozenSet();
    }

    /// <summary>Reads the SQL of all models of a bound package.</summary>
    public static PackageLineage Of(ModelPackage package)
    {
        using var database = DuckDbDatabase.Open(options: new DuckDbOptions { Threads = 1 });
        using var connection = database.Connect();
        ModelCatalog.Create(connection, package);
        var queries = new QueryLineage(MacroBodies.Of(connection), new RelationShapes(package).Find);
        var inputs = new Dictionary<RelationColumn, InputSet>();
        foreach (var model in package.Models)
        {
            var query = queries.Of(SqlTree.Statement(connection, model.Sql).GetProperty("node"), around: null);
            for (var i = 0; i < model.Columns.Length; i++)
            {
                // Where the columns could not be told apart, each may follow from everything.
                var own = query.Columns.Length == model.Columns.Length ? query.Columns[i].Inputs : query.Any;
                inputs.Add(new RelationColumn(model.Name, model.Columns[i].Name), own.With(query.Rows.AsFilter()));
            }
        }
        return new PackageLineage(package, inputs);
    }

    /// <summary>What a column of a model is computed from: columns of the relations and models that its SELECT
    /// names.</summary>
    public ImmutableArray<LineageEdge> Inputs(RelationColumn column) => _inputs.GetValueOrDefault(column, []);

    /// <summary>What a column follows from in the end: columns of sources, named as in sources.yaml, and of
    /// <c>clock</c> and <c>params</c>.</summary>
    public ImmutableArray<LineageEdge> Sources(RelationColumn column) => _sources.GetValueOrDefault(column, []);

    /// <summary>The columns of models whose SELECTs use a column.</summary>
    public ImmutableArray<LineageEdge> Readers(RelationColumn column) => _readers.GetValueOrDefault(column, []);

    /// <summary>The columns of models that follow from a column, of a model or source, in the end.</summary>
    public ImmutableArray<LineageEdge> Downstream(RelationColumn column)
    {
        var values = new HashSet<RelationColumn>();
        var filters = new HashSet<RelationColumn>();
        var next = new Queue<LineageEdge>(
            InSql(column).Select(static name => new LineageEdge(name, LineageKind.Value)));
        while (next.TryDequeue(out var from))
        {
            foreach (var edge in Readers(from.Column))
            {
                var kind = from.Kind == LineageKind.Value ? edge.Kind : LineageKind.Filter;
                if ((kind == LineageKind.Value ? values : filters).Add(edge.Column))
                    next.Enqueue(new LineageEdge(edge.Column, kind));
            }
        }
        return Edges(values, filters);
    }

    /// <summary>Whether sources.yaml calls a column personal, or one that it has values of.</summary>
    public bool IsPersonal(RelationColumn column) => _personal.Contains(column)
        || Sources(column).Any(edge => edge.Kind == LineageKind.Value && _personal.Contains(edge.Column));

    // Models stand after those that they read.
    FrozenDictionary<RelationColumn, ImmutableArray<LineageEdge>> SourcesOfAll()
    {
        var all = new Dictionary<RelationColumn, ImmutableArray<LineageEdge>>();
        foreach (var model in _package.Models)
        {
            foreach (var column in model.Columns)
            {
                var at = new RelationColumn(model.Name, column.Name);
                var values = new HashSet<RelationColumn>();
                var filters = new HashSet<RelationColumn>();
                foreach (var input in Inputs(at))
                {
                    foreach (var source in all.GetValueOrDefault(
                        input.Column, [new LineageEdge(Physical(input.Column), LineageKind.Value)]))
                    {
                        var isValue = input.Kind == LineageKind.Value && source.Kind == LineageKind.Value;
                        (isValue ? values : filters).Add(source.Column);
                    }
                }
                all.Add(at, Edges(values, filters));
            }
        }
        return all.ToFrozenDictionary();
    }

    RelationColumn Physical(RelationColumn column) =>
        _package.Relations.TryGetValue(column.Relation, out var relation) && relation.Kind != RelationKind.Stream
            ? new RelationColumn(relation.Table.ToString(), column.Column)
            : column;

    // A source's column has a name in SQL for the rows, and one for the changes of its table.
    IEnumerable<RelationColumn> InSql(RelationColumn column) => _package.Relations.Values
        .Where(relation => relation.Kind != RelationKind.Stream && relation.Table.ToString() == column.Relation)
        .Select(relation => column with { Relation = relation.Name })
        .DefaultIfEmpty(column);

    // What is a value, too, is no mere filter.
    static ImmutableArray<LineageEdge> Edges(
        IReadOnlyCollection<RelationColumn> values, IReadOnlyCollection<RelationColumn> filters)
    {
        var known = values as ISet<RelationColumn> ?? values.ToHashSet();
        return
        [
            .. values.Select(static column => new LineageEdge(column, LineageKind.Value))
                .Concat(filters.Where(column => !known.Contains(column))
                    .Select(static column => new LineageEdge(column, LineageKind.Filter)))
                .OrderBy(static edge => edge.Column),
        ];
    }
}
