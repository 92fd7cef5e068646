using Amazon.Runtime;
using Amazon.S3;
using Tapline.Lakehouse.Storage.S3;

namespace Tapline.TestKit.S3;

/// <summary>Buckets of one S3 store, which starts with the first of them.</summary>
public sealed class S3Buckets : IAsyncDisposable
{
    readonly SemaphoreSlim _gate = new(1);
    CephServer? _server;
    int _count;

    /// <summary>The store's port; 0 before the first bucket.</summary>
    public int Port => _server?.Port ?? 0;

    /// <summary>A new bucket.</summary>
    public async Task<string> CreateAsync(CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            _server ??= await CephServer.StartAsync(ct);
        }
        finally
        {
            _gate.Release();
        }
        var bucket = $"lake-{Interlocked.Increment(ref _count)}";
        using var client = new AmazonS3Client(
            new BasicAWSCredentials(CephServer.AccessKey, CephServer.SecretKey),
            new AmazonS3Config
            {
                ServiceURL = _server.Endpoint.ToString(),
                ForcePathStyle = true,
                AuthenticationRegion = "us-east-1",
                RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
                ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            });
        await client.PutBucketAsync(bucket, ct);
        return bucket;
    }

    /// <summary>How a bucket is opened, through a proxy's port where given.</summary>
    public S3StoreOptions Options(string bucket, string cacheFolder, int? port = null) =>
        new(bucket, "some/lake", cacheFolder)
        {
            Endpoint = new Uri($"http://127.0.0.1:{port ?? Port}"),
            IsPathStyle = true,
            AccessKey = CephServer.AccessKey,
            SecretKey = CephServer.SecretKey,
        };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _gate.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
    }
}
