using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Models;
using Tapline.Models.Planning;

namespace Tapline.Serving.Lake;

/// <summary>A session's cut as a plan of models sees it. Counts each table once.</summary>
public sealed class PlannedLake(LakeSession session, ModelPackage package, CancellationToken ct) : IPlannedLake
{
    readonly Dictionary<string, long> _rows = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public long RowsOf(string name)
    {
        if (_rows.TryGetValue(name, out var known))
            return known;
        var table = package.Relations.TryGetValue(name, out var relation)
            ? ModelSchema.TableOf(session, relation)
            : TableOf(name);
        if (table is null || table.Scan.Columns.IsEmpty)
            return _rows[name] = 0;
        using var result = session.Query($"select count(*) from {LakeSession.RelationOf(table)}", ct: ct);
        using var chunk = result.NextChunk()!;
        return _rows[name] = chunk.Column(0).Int64s[0];
    }

    /// <inheritdoc/>
    public ImmutableArray<ColumnSchema>? ColumnsOf(string model) => TableOf(model)?.Columns;

    // A model that the package has no more is where it was.
    LakeTable? TableOf(string model) => package.Find(model) is { IsStored: true } known
        ? session.Tables.FirstOrDefault(table => table.Root == known.Root)
        : session.Tables.FirstOrDefault(table => table.Layer is "entity" or "stage" && table.Name == model);
}
