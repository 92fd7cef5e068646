using Tapline.Cli.Configuration;
using Tapline.Contracts;
using Tapline.Lakehouse.Delta;
using Tapline.Lakehouse.Storage;
using Tapline.Lakehouse.Storage.S3;
using Tapline.Serving.Lake;

namespace Tapline.Cli.Running;

/// <summary>Opens lakes, on this machine or in a bucket. A store lives as long as the program.</summary>
static class LakeStore
{
    /// <summary>The store, for reading and writing. A bucket has to exist, a folder only if asked for.</summary>
    public static IObjectStore Open(LakeConfig lake, TimeProvider time, bool mustExist = false) => lake.S3 is { } bucket
        ? new S3ObjectStore(bucket with { Time = time })
        : new LocalObjectStore(
            lake.Path, new LocalStoreOptions { Durability = lake.Durability, Time = time, MustExist = mustExist });

    /// <summary>Opens the newest cut of a lake for SQL that reads nothing but the lake.</summary>
    public static async Task<LakeSession> OpenSessionAsync(LakeConfig lake, TimeProvider time, CancellationToken ct)
    {
        if (lake.S3 is null && !Directory.Exists(lake.Path))
        {
            throw new TaplineException(
                $"there is no lake in {lake.Path}", "--lake names its folder; ./tapline run makes one");
        }
        // SQL reads the copies, where the lake is in a bucket.
        var folder = Path.GetFullPath(lake.S3?.CacheFolder ?? lake.Path);
        return await LakeSession.OpenAsync(
            Open(lake, time, mustExist: true),
            new DeltaServices(time, RunningPipeline.NewId),
            new LakeSessionOptions { Folder = folder },
            ct);
    }
}
