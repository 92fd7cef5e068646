using Tapline.Cli.Configuration;
using Tapline.Lakehouse.Storage;
using Tapline.Lakehouse.Storage.S3;

namespace Tapline.Cli.Running;

/// <summary>A lake of its own in a bucket. Disposing removes it, with the copies of its files.</summary>
sealed class TemporaryLake : IAsyncDisposable
{
    TemporaryLake(S3StoreOptions options)
    {
        Options = options;
        Store = new S3ObjectStore(options);
    }

    /// <summary>How it is opened.</summary>
    public S3StoreOptions Options { get; }

    /// <summary>The same as a configuration has it.</summary>
    public LakeConfig Config => new($"s3://{Options.Bucket}/{Options.Prefix}", Durability.Full) { S3 = Options };

    /// <summary>It.</summary>
    public S3ObjectStore Store { get; }

    /// <summary>Makes a lake that is empty, with copies in a folder.</summary>
    public static TemporaryLake In(BucketAddress bucket, string copies, TimeProvider time) => new(
        new S3StoreOptions(bucket.Bucket, $"tapline-{RunningPipeline.NewId():N}", copies)
        {
            Endpoint = bucket.Endpoint,
            IsPathStyle = true,
            Time = time,
        });

    /// <summary>Lets the lake be: only the connection is closed.</summary>
    public void Keep() => Store.Dispose();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        var keys = new List<string>();
        await foreach (var item in Store.ListAsync("", startAfter: null, CancellationToken.None))
            keys.Add(item.Key);
        foreach (var key in keys)
            await Store.DeleteAsync(key, CancellationToken.None);
        Store.Dispose();
        if (Directory.Exists(Options.CacheFolder))
            Directory.Delete(Options.CacheFolder, recursive: true);
    }
}
