namespace Tapline.Lakehouse.Storage.S3;

/// <summary>Which bucket is used as an object store, and how.</summary>
/// <param name="Bucket">The bucket.</param>
/// <param name="Prefix">What every key starts with inside the bucket; empty, or a path without a slash at either
/// end.</param>
/// <param name="CacheFolder">Where copies of objects lie for readers that want a file.</param>
public sealed record S3StoreOptions(string Bucket, string Prefix, string CacheFolder)
{
    /// <summary>The service's URL, for stores other than AWS; null for AWS's own of the region.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region; null leaves it to the environment.</summary>
    public string? Region { get; init; }

    /// <summary>Whether the bucket is named in the path instead of the host.</summary>
    public bool IsPathStyle { get; init; }

    /// <summary>The key's id; null takes the credentials of the environment: variables, profile, web identity,
    /// container or machine role.</summary>
    public string? AccessKey { get; init; }

    /// <summary>The secret of <see cref="AccessKey"/>.</summary>
    public string? SecretKey { get; init; }

    /// <summary>A file with the certificates that the server's must come from; null for the machine's own.</summary>
    public string? AuthorityFile { get; init; }

    /// <summary>For how long nothing may be heard from the store within one request.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>For how long a request is tried again when it fails for a reason that may pass.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Objects above twice this size are sent in parts of this size.</summary>
    public int PartBytes { get; init; } = 16 << 20;

    /// <summary>What the copies may take on disk, but for those in use.</summary>
    public long CacheBytesMax { get; init; } = 10L << 30;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The bucket and its prefix, without secrets.</summary>
    public override string ToString() => $"s3://{Bucket}/{Prefix}";
}
