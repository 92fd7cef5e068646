using System.Runtime.CompilerServices;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Tapline.Contracts;

namespace Tapline.Lakehouse.Storage.S3;

/// <summary>A bucket, or a part of one, as an object store. Requests that fail for a reason that may pass are tried
/// again; in the end <see cref="TaplineException"/> names object and cause. Listings are in the order of the keys'
/// UTF-8, which is the ordinal one for all keys of this program.</summary>
public sealed class S3ObjectStore : IObjectStore, IDisposable
{
    readonly S3StoreOptions _options;
    readonly string _keyPrefix;
    readonly AmazonS3Client _client;
    readonly HttpClientFactory? _connections;
    readonly S3Retry _retry;
    readonly S3Upload _upload;
    readonly DiskCache _cache;

    /// <summary>Makes a store; asks the service nothing yet.</summary>
    public S3ObjectStore(S3StoreOptions options)
    {
        _options = options;
        _keyPrefix = options.Prefix.Length == 0 ? "" : $"{options.Prefix}/";
        _retry = new S3Retry(options.RetryMax, options.Time);
        _cache = new DiskCache(options.CacheFolder, options.CacheBytesMax, options.Time);
        if (options.AuthorityFile is { } authority)
            _connections = AuthorityConnections.Load(authority);
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.IsPathStyle,
            // Tries are counted here: the client's own would hide which of them was the first.
            MaxErrorRetry = 0,
            MaxStaleConnectionRetries = 0,
            // Silence is judged per request below; a large body may take longer.
            Timeout = Timeout.InfiniteTimeSpan,
            // Stores other than AWS refuse the newer checksums; the signature covers the body.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            HttpClientFactory = _connections,
        };
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.ToString();
            config.UseHttp = endpoint.Scheme == Uri.UriSchemeHttp;
            config.AuthenticationRegion = options.Region ?? "us-east-1";
        }
        else if (options.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }
        _client = options.AccessKey is { } key
            ? new AmazonS3Client(new BasicAWSCredentials(key, options.SecretKey), config)
            : new AmazonS3Client(config);
        _upload = new S3Upload(_client, options);
    }

    /// <summary>The bucket.</summary>
    public string Bucket => _options.Bucket;

    /// <inheritdoc/>
    public async ValueTask<PutOutcome> PutIfAbsentAsync(
        string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        ObjectKey.Check(key);
        try
        {
            // In one request whatever the size: the completion of an upload in parts is not conditional everywhere.
            await _retry.RunAsync(c => _upload.PutAsync(Name(key), content, isConditional: true, c), ct);
            return PutOutcome.Created;
        }
        catch (Exception failure) when (S3Failure.IsTaken(failure))
        {
            return PutOutcome.Exists;
        }
        catch (Exception failure) when (!ct.IsCancellationRequested)
        {
            return S3Failure.IsTransient(failure) ? PutOutcome.Unknown : throw Describe("write", key, failure);
        }
    }

    /// <inheritdoc/>
    public async ValueTask PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        ObjectKey.Check(key);
        await GuardedAsync(
            "write",
            key,
            c => content.Length > 2L * _options.PartBytes
                ? _upload.PutInPartsAsync(Name(key), content, _retry, c)
                : _retry.RunAsync(inner => _upload.PutAsync(Name(key), content, isConditional: false, inner), c),
            ct);
        // What was just written is read next: state and queries want it as a file.
        if (DiskCache.IsKept(key))
            await _cache.AddAsync(key, content, ct);
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]?> GetAsync(string key, CancellationToken ct)
    {
        ObjectKey.Check(key);
        return await GuardedAsync("read", key, c => _retry.RunAsync(inner => ReadAsync(key, inner), c), ct);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ObjectInfo> ListAsync(
        string prefix, string? startAfter, [EnumeratorCancellation] CancellationToken ct)
    {
        var request = new ListObjectsV2Request
        {
            BucketName = _options.Bucket,
            Prefix = _keyPrefix + prefix,
            StartAfter = startAfter is null ? null : _keyPrefix + startAfter,
        };
        do
        {
            var page = await GuardedAsync("list", prefix, c => _retry.RunAsync(
                inner => WithoutSilenceAsync(silent => _client.ListObjectsV2Async(request, silent), inner), c), ct);
            foreach (var found in page.S3Objects ?? [])
            {
                yield return new ObjectInfo(
                    found.Key[_keyPrefix.Length..],
                    found.Size ?? 0,
                    new DateTimeOffset(found.LastModified ?? DateTime.UnixEpoch).ToUnixTimeMilliseconds());
            }
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (request.ContinuationToken is not null);
    }

    /// <inheritdoc/>
    public async ValueTask DeleteAsync(string key, CancellationToken ct)
    {
        ObjectKey.Check(key);
        await GuardedAsync("delete", key, c => _retry.RunAsync(
            inner => WithoutSilenceAsync(
                silent => _client.DeleteObjectAsync(_options.Bucket, Name(key), silent), inner), c), ct);
        _cache.Remove(key);
    }

    /// <summary>A copy of an object that is never written again, for readers that want a file. Throws
    /// <see cref="TaplineException"/> when there is no such object.</summary>
    public async ValueTask<string> LocalPathAsync(string key, CancellationToken ct)
    {
        ObjectKey.Check(key);
        return await _cache.GetAsync(key, (file, c) => DownloadAsync(key, file, c), ct);
    }

    /// <summary>Closes its connections.</summary>
    public void Dispose()
    {
        _client.Dispose();
        (_connections as IDisposable)?.Dispose();
        _cache.Dispose();
    }

    string Name(string key) => _keyPrefix + key;

    string Place(string key) => $"s3://{_options.Bucket}/{Name(key)}";

    TaplineException Describe(string what, string key, Exception failure) =>
        S3Failure.Describe(what, Place(key), failure);

    async Task<T> GuardedAsync<T>(
        string what, string key, Func<CancellationToken, Task<T>> request, CancellationToken ct)
    {
        try
        {
            return await request(ct);
        }
        catch (Exception failure) when (failure is not TaplineException && !ct.IsCancellationRequested)
        {
            throw Describe(what, key, failure);
        }
    }

    async Task<byte[]?> ReadAsync(string key, CancellationToken ct)
    {
        using var silence = new Silence(_options.SilenceMax, _options.Time, ct);
        using var answer = await FindAsync(key, silence);
        if (answer is null)
            return null;
        var content = new byte[checked((int)answer.ContentLength)];
        for (var read = 0; read < content.Length;)
        {
            var count = await answer.ResponseStream.ReadAsync(content.AsMemory(read), silence.Heard());
            if (count == 0)
                throw new EndOfStreamException($"{content.Length} bytes wanted, {read} found");
            read += count;
        }
        return content;
    }

    async Task DownloadAsync(string key, FileStream file, CancellationToken ct) => await GuardedAsync(
        "read",
        key,
        c => _retry.RunAsync(
            async inner =>
            {
                using var silence = new Silence(_options.SilenceMax, _options.Time, inner);
                using var answer = await FindAsync(key, silence)
                    ?? throw new TaplineException(
                        $"{Place(key)} does not exist", "Restore it: a table of the lake names it.");
                file.SetLength(0);
                var buffer = new byte[256 << 10];
                int count;
                while ((count = await answer.ResponseStream.ReadAsync(buffer, silence.Heard())) > 0)
                    await file.WriteAsync(buffer.AsMemory(0, count), inner);
                return file.Length == answer.ContentLength
                    ? file.Length
                    : throw new EndOfStreamException($"{answer.ContentLength} bytes wanted, {file.Length} found");
            },
            c),
        ct);

    async Task<GetObjectResponse?> FindAsync(string key, Silence silence)
    {
        try
        {
            return await _client.GetObjectAsync(_options.Bucket, Name(key), silence.Heard());
        }
        catch (AmazonS3Exception failure) when (S3Failure.IsMissing(failure))
        {
            return null;
        }
    }

    async Task<T> WithoutSilenceAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken ct)
    {
        using var silence = new Silence(_options.SilenceMax, _options.Time, ct);
        return await request(silence.Heard());
    }
}
