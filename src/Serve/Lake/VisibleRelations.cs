using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Tapline.Serving.Lake;

/// <summary>The tables that a caller sees, by schema; names are told apart without regard to case.</summary>
public sealed class VisibleRelations
{
    /// <summary>The schema of tables that are named without one.</summary>
    public const string Main = "main";

    readonly FrozenSet<(string Schema, string Name)> _relations;
    readonly FrozenSet<string> _schemas;

    internal VisibleRelations(string catalog, IEnumerable<(string Schema, string Name)> relations)
    {
        Catalog = catalog;
        _relations = relations.Select(static relation => Key(relation.Schema, relation.Name)).ToFrozenSet();
        SearchPath = [.. _relations.Select(static relation => relation.Schema).Distinct()
            .Where(static schema => schema is not (Main or "current" or "history" or "stage"))
            .Order(StringComparer.Ordinal)];
        _schemas = _relations.Select(static relation => relation.Schema).Append(Main).ToFrozenSet();
    }

    /// <summary>The database that has them, which SQL may name.</summary>
    public string Catalog { get; }

    /// <summary>Where tables are looked for that PostgreSQL's clients name without a schema.</summary>
    public ImmutableArray<string> SearchPath { get; }

    /// <summary>Whether there is such a table.</summary>
    public bool Has(string schema, string name) => _relations.Contains(Key(schema, name));

    /// <summary>Whether there is such a schema.</summary>
    public bool HasSchema(string schema) => _schemas.Contains(schema.ToLowerInvariant());

    static (string, string) Key(string schema, string name) =>
        (schema.ToLowerInvariant(), name.ToLowerInvariant());
}
