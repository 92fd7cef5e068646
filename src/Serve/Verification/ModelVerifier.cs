using System.Globalization;
using Tapline.Contracts;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;
using Tapline.Models;
using Tapline.Serving.Lake;

namespace Tapline.Serving.Verification;

/// <summary>Proves that models are what their SELECTs give over the tables of the same cut: computes each anew, with
/// plain SQL over whole tables, through nothing of what keeps them current.</summary>
public static class ModelVerifier
{
    /// <summary>Compares every stored model of a package, at a session's cut.</summary>
    public static IEnumerable<ModelVerification> Run(LakeSession session, ModelPackage package, CancellationToken ct)
    {
        if (session.ModelClockUs is not { } clockUs)
        {
            throw new TaplineException(
                "no model of this lake was ever computed", "run the pipeline with models: folder");
        }
        var connection = session.Connection;
        connection.Execute("create schema if not exists _anew; set schema = '_anew'", ct);
        try
        {
            foreach (var relation in package.Relations.Values)
                Show(session, relation, ct);
            connection.Execute(string.Create(
                CultureInfo.InvariantCulture,
                $"""
                create or replace view {ModelCatalog.Clock} as
                select timezone('UTC', tick)::date as as_of, tick
                from (select time_bucket(interval 5 minutes, make_timestamptz({clockUs})) as tick)
                """), ct);
            ModelCatalog.Create(connection, package);
            FullRefresh.Run(connection, package, ct);
            foreach (var model in package.Stored)
                yield return Compare(session, model, ct);
        }
        finally
        {
            connection.Execute("set schema = 'main'; drop schema if exists _anew cascade", CancellationToken.None);
        }
    }

    // A table that the lake has not yet has no rows; nor has a column that it lacks a value.
    static void Show(LakeSession session, Relation relation, CancellationToken ct)
    {
        var root = relation.Kind switch
        {
            RelationKind.Table => $"current/{relation.Table}",
            RelationKind.Changes => $"history/{relation.Table}",
            _ => $"history/iot_{relation.Stream}",
        };
        var table = session.Tables.FirstOrDefault(table => table.Root == root);
        var known = table?.Scan.Columns.Select(static column => column.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        var select = table is null || known.Count == 0
            ? ModelCatalog.Empty(relation.Columns)
            : $"select {string.Join(", ", relation.Columns.Select(column => Column(column, known)))} "
                + $"from {LakeSession.RelationOf(table)}";
        session.Connection.Execute($"create or replace view {SqlText.Identifier(relation.Name)} as {select}", ct);
    }

    static string Column(ColumnSchema column, HashSet<string> known)
    {
        var name = SqlText.Identifier(column.Name);
        return $"{(known.Contains(column.Name) ? name : "null")}::{DuckDbType.Of(column)} as {name}";
    }

    static ModelVerification Compare(LakeSession session, Model model, CancellationToken ct)
    {
        var anew = SqlText.Identifier(model.Name);
        var table = session.Tables.FirstOrDefault(table => table.Root == model.Root);
        if (table is null)
            return new ModelVerification(model.Name, 0, Count(session, $"select 1 from {anew}", ct), 0);
        var columns = string.Join(", ", model.Columns.Select(static column => SqlText.Identifier(column.Name)));
        var kept = $"select {columns} from {LakeSession.RelationOf(table)}";
        return new ModelVerification(
            model.Name,
            Count(session, kept, ct),
            Count(session, $"select {columns} from {anew} except all {kept}", ct),
            Count(session, $"{kept} except all select {columns} from {anew}", ct));
    }

    static long Count(LakeSession session, string rows, CancellationToken ct)
    {
        using var result = session.Query($"select count(*) from ({rows})", ct: ct);
        using var chunk = result.NextChunk()!;
        return chunk.Column(0).Int64s[0];
    }
}

/// <summary>How a model of the lake compares with one that was computed anew.</summary>
/// <param name="Model">The model.</param>
/// <param name="Rows">Rows that were kept.</param>
/// <param name="Missing">Rows that only the new computation has.</param>
/// <param name="Extra">Rows that only the lake has.</param>
public sealed record ModelVerification(string Model, long Rows, long Missing, long Extra)
{
    /// <summary>Whether both have the same rows.</summary>
    public bool IsEqual => Missing == 0 && Extra == 0;
}
