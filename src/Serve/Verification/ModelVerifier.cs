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
        using var schema = ModelSchema.Open(session, package, ct);
        schema.ShowSnapshots(package, ct);
        FullRefresh.Run(session.Connection, package, ct);
        foreach (var model in package.Stored)
            yield return Compare(session, model, ct);
    }

    static ModelVerification Compare(LakeSession session, Model model, CancellationToken ct)
    {
        var isSnapshot = model.Kind == ModelKind.Snapshot;
        var anew = SqlText.Identifier(isSnapshot ? FullRefresh.NowOf(model) : model.Name);
        var table = session.Tables.FirstOrDefault(table => table.Root == model.Root);
        if (table is null)
            return new ModelVerification(model.Name, 0, Count(session, $"select 1 from {anew}", ct), 0);
        var columns = string.Join(", ", model.Columns.Select(static column => SqlText.Identifier(column.Name)));
        var kept = $"select {columns} from {LakeSession.RelationOf(table)}";
        return new ModelVerification(
            model.Name,
            Count(session, kept, ct),
            Count(session, $"select {columns} from {anew} except all {kept}", ct),
            // What a snapshot kept of earlier dates can only be seen in the tables as they were then.
            isSnapshot ? 0 : Count(session, $"{kept} except all select {columns} from {anew}", ct));
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
