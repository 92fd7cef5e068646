using System.Collections.Immutable;
using System.Globalization;
using Tapline.Contracts;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;
using Tapline.Models;

namespace Tapline.Serving.Lake;

/// <summary>A schema of a session in which SQL of a package finds what it names: sources of the cut, parameters, macros
/// and the clock that the models saw. It is the current one until it is disposed, and gone then.</summary>
public sealed class ModelSchema : IDisposable
{
    const string Name = "_models";

    readonly LakeSession _session;

    ModelSchema(LakeSession session) => _session = session;

    /// <summary>Makes the schema. Throws <see cref="TaplineException"/> where no model was ever computed.</summary>
    public static ModelSchema Open(LakeSession session, ModelPackage package, CancellationToken ct)
    {
        if (session.Models is not { } clock)
        {
            throw new TaplineException(
                "no model of this lake was ever computed", "run the pipeline with models: folder");
        }
        session.Connection.Execute($"create schema if not exists {Name}; set schema = '{Name}'", ct);
        var schema = new ModelSchema(session);
        try
        {
            foreach (var relation in package.Relations.Values)
                schema.Show(relation.Name, Select(TableOf(session, relation), relation.Columns), ct);
            session.Connection.Execute(string.Create(
                CultureInfo.InvariantCulture,
                $"""
                create or replace view {ModelCatalog.Clock} as
                select timezone('UTC', tick)::date as as_of, tick, make_timestamptz({clock.StartedUs}) as started_at
                from (select time_bucket(interval 5 minutes, make_timestamptz({clock.ClockUs})) as tick)
                """), ct);
            ModelCatalog.Create(session.Connection, package);
            return schema;
        }
        catch
        {
            schema.Dispose();
            throw;
        }
    }

    /// <summary>Shows the models as they were kept, each under its name, and views as their SELECTs over these.
    /// </summary>
    public void ShowModels(ModelPackage package, CancellationToken ct)
    {
        foreach (var model in package.Models)
            Show(model.Name, model.IsStored ? Kept(model) : ModelCatalog.Typed(model), ct);
    }

    /// <summary>Shows the rows that snapshots kept, each under the model's name.</summary>
    public void ShowSnapshots(ModelPackage package, CancellationToken ct)
    {
        foreach (var model in package.Stored.Where(static model => model.Kind == ModelKind.Snapshot))
            Show(model.Name, Kept(model), ct);
    }

    /// <summary>The table of a model; null where the lake has none yet.</summary>
    public LakeTable? TableOf(Model model) => _session.Tables.FirstOrDefault(table => table.Root == model.Root);

    /// <summary>The table of a source; null where the lake has none yet.</summary>
    public static LakeTable? TableOf(LakeSession session, Relation relation)
    {
        var root = relation.Kind switch
        {
            RelationKind.Table => $"current/{relation.Table}",
            RelationKind.Changes => $"history/{relation.Table}",
            _ => $"history/iot_{relation.Stream}",
        };
        return session.Tables.FirstOrDefault(table => table.Root == root);
    }

    /// <summary>Drops the schema.</summary>
    public void Dispose() => _session.Connection.Execute(
        $"set schema = 'main'; drop schema if exists {Name} cascade", CancellationToken.None);

    void Show(string name, string rows, CancellationToken ct) =>
        _session.Connection.Execute($"create or replace view {SqlText.Identifier(name)} as {rows}", ct);

    string Kept(Model model) => Select(TableOf(model), model.Columns);

    // A table that the lake has not yet has no rows; nor has a column that it lacks a value.
    static string Select(LakeTable? table, ImmutableArray<ColumnSchema> columns)
    {
        var known = table?.Scan.Columns.Select(static column => column.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        return table is null || known.Count == 0
            ? ModelCatalog.Empty(columns)
            : $"select {string.Join(", ", columns.Select(column => Column(column, known)))} "
                + $"from {LakeSession.RelationOf(table)}";
    }

    static string Column(ColumnSchema column, HashSet<string> known)
    {
        var name = SqlText.Identifier(column.Name);
        return $"{(known.Contains(column.Name) ? name : "null")}::{DuckDbType.Of(column)} as {name}";
    }
}
