using System.Collections.Immutable;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Contracts;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres;
using Tapline.Lakehouse.Delta;
using Tapline.Serving.Lake;

namespace Tapline.Cli.Catalog;

/// <summary>Which tables a lake shows to other engines, from where they are defined: the lake itself, and before it has
/// any, the source or its declarations.</summary>
/// <param name="Origin">Where they were found, in a word.</param>
/// <param name="Tables">The tables.</param>
sealed record PublicTables(string Origin, ImmutableArray<PublicTable> Tables)
{
    // The quarantine holds raw records: it is not for everybody.
    static readonly string[] Layers = ["current", "history", "entity"];

    /// <summary>Those that <paramref name="isWanted"/> takes by their folder. Throws in words when a wanted one of the
    /// lake asks more of a reader than Athena has.</summary>
    public static async Task<PublicTables> OfLakeAsync(
        LakeConfig lake, Func<string, bool> isWanted, TimeProvider time, CancellationToken ct)
    {
        var store = LakeStore.Open(lake, time, mustExist: true);
        var services = new DeltaServices(time, RunningPipeline.NewId);
        var tables = ImmutableArray.CreateBuilder<PublicTable>();
        foreach (var layer in Layers)
        {
            await foreach (var folder in LakeCatalog.FoldersAsync(store, layer, ct))
            {
                if (!isWanted(folder) || await DeltaTable.OpenAsync(store, folder, services, ct) is not { } table)
                    continue;
                if (AthenaReader.MissingFor(table.Snapshot) is { IsEmpty: false } missing)
                {
                    throw new TaplineException(
                        $"Athena does not read {folder}: it has {string.Join(", ", missing)}",
                        "leave it out with --tables; new lakes are made for Athena with stream.upserts: copy-on-write");
                }
                tables.Add(PublicTable.Of(folder));
            }
        }
        return new PublicTables("lake", tables.ToImmutable());
    }

    /// <summary>Those of a pipeline that <paramref name="isWanted"/> takes by their folder.</summary>
    public static async Task<PublicTables> OfPipelineAsync(
        PipelineConfig config, Func<string, bool> isWanted, TimeProvider time, CancellationToken ct)
    {
        if ((config.Lake.S3 is not null || Directory.Exists(config.Lake.Path))
            && await OfLakeAsync(config.Lake, isWanted, time, ct) is { Tables.IsEmpty: false } written)
        {
            return written;
        }
        var (origin, sources) = config.Source is null
            ? ("sources.yaml", Declared(config))
            : ("source", await DiscoveredAsync(config, ct));
        return new PublicTables(
            origin, [.. PublicTable.Of(sources).Where(table => isWanted(table.Folder))]);
    }

    static IEnumerable<TableId> Declared(PipelineConfig config) => config.Sources.Tables
        .Where(static table => table.IsOneTable)
        .Select(static table => TableId.Parse(table.Pattern));

    static async Task<IEnumerable<TableId>> DiscoveredAsync(PipelineConfig config, CancellationToken ct) =>
        (await PostgresDiscovery.ReadAsync(RunningPipeline.SourceOptions(config), ct))
            .Select(static table => table.Table);
}
