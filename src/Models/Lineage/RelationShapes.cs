using System.Collections.Immutable;
using Tapline.Contracts.Schema;

namespace Tapline.Models.Lineage;

/// <summary>The relations and models of a package as SQL sees them: columns that stand for themselves.</summary>
sealed class RelationShapes(ModelPackage package)
{
    static readonly ImmutableArray<string> MessageKey = ["device_id", "boot_id", "seq"];

    readonly Dictionary<string, QueryColumns> _shapes = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The columns of a relation or model; null for none.</summary>
    public QueryColumns? Find(string name)
    {
        if (_shapes.TryGetValue(name, out var known))
            return known;
        var shape = Shape(name);
        if (shape is not null)
            _shapes.Add(name, shape);
        return shape;
    }

    QueryColumns? Shape(string name)
    {
        if (name.Equals(ModelCatalog.Clock, StringComparison.OrdinalIgnoreCase))
            return Shape(ModelCatalog.Clock, ModelCatalog.ClockColumns.Select(static column => column.Name), []);
        if (name.Equals(ModelCatalog.Parameters, StringComparison.OrdinalIgnoreCase))
            return Shape(ModelCatalog.Parameters, package.Parameters.Keys, []);
        if (package.Models.FirstOrDefault(model => Same(model.Name, name)) is { } model)
            return Shape(model.Name, Names(model.Columns), model.Key);
        return package.Relations.Values.FirstOrDefault(relation => Same(relation.Name, name)) is { } relation
            ? Shape(relation.Name, Names(relation.Columns), KeyOf(relation))
            : null;
    }

    static bool Same(string a, string b) => a.Equals(b, StringComparison.OrdinalIgnoreCase);

    static IEnumerable<string> Names(ImmutableArray<ColumnSchema> columns) =>
        columns.Select(static column => column.Name);

    static ImmutableArray<string> KeyOf(Relation relation)
    {
        if (relation.Kind == RelationKind.Stream)
            return MessageKey;
        var key = Names(relation.Columns.Where(static column => column.IsKey)
            .OrderBy(static column => column.KeyOrdinal).ToImmutableArray()).ToImmutableArray();
        return relation.Kind == RelationKind.Changes ? key.Add("_offset") : key;
    }

    // Rows without a key are told apart by all that they have.
    static QueryColumns Shape(string relation, IEnumerable<string> columns, ImmutableArray<string> key)
    {
        var all = columns.Select(name => new QueryColumn(name, InputSet.Of(new RelationColumn(relation, name))))
            .ToImmutableArray();
        var isOneRow = relation is ModelCatalog.Clock or ModelCatalog.Parameters;
        return new QueryColumns(all)
        {
            Identity = isOneRow ? InputSet.None : InputSet.Union(all
                .Where(column => key.IsEmpty || key.Contains(column.Name))
                .Select(static column => column.Inputs)),
        };
    }
}
