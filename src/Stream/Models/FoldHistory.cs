using Tapline.Contracts.Columns;
using Tapline.Models;
using Tapline.Streaming.Lanes;

namespace Tapline.Streaming.Models;

/// <summary>Computes folds over all that their input had before now, piece by piece.</summary>
sealed class FoldHistory(ModelEngine engine, LaneServices services, LakeTables lake)
{
    const int RowsMax = 1 << 17;

    /// <summary>Computes those of some models that are folds, over the inputs as the manifest has them.</summary>
    public async Task RunAsync(IReadOnlySet<string> names, ModelStep at, CancellationToken ct)
    {
        foreach (var run in engine.Folds.Where(run => names.Contains(run.Table.Model.Name)))
        {
            run.Table.Clear();
            var relation = engine.Package.Relations[run.Table.Model.Reads[0]];
            if (relation.Kind == RelationKind.Table)
                run.TakeAll(at, ct);
            else
                await TakeFilesAsync(run, relation, at, ct);
        }
    }

    async Task TakeFilesAsync(FoldRun run, Relation relation, ModelStep at, CancellationToken ct)
    {
        var root = relation.Kind == RelationKind.Stream
            ? $"history/iot_{relation.Stream}"
            : $"history/{relation.Table}";
        if (await lake.AtManifestAsync(root, ct) is not { } snapshot)
            return;
        var rows = new ColumnBatch(relation.Columns);
        using var connection = services.Duck.Connect();
        foreach (var file in snapshot.Files.Values)
        {
            var path = await services.Lake.LocalPathAsync($"{root}/{file.Location}", ct);
            using var result = connection.Query(LakeFileSql.Select(path, relation.Columns), ct: ct);
            foreach (var chunk in result.Chunks())
            {
                chunk.AppendTo(rows);
                if (rows.Count >= RowsMax)
                    Take();
            }
        }
        Take();

        void Take()
        {
            run.Take(rows, isRemoval: false, at, ct);
            rows.Clear();
        }
    }
}
