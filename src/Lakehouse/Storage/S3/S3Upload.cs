using System.Runtime.InteropServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace Tapline.Lakehouse.Storage.S3;

/// <summary>Sends objects, in one request or in parts.</summary>
sealed class S3Upload(AmazonS3Client client, S3StoreOptions options)
{
    const int PartsAtOnce = 4;

    // What the slowest line that is worth waiting for carries: the body of a request is all that is heard of it.
    const double BytesPerSecondMin = 256 << 10;

    /// <summary>Sends an object in one request; a conditional one fails when the name is taken.</summary>
    public async Task<bool> PutAsync(
        string name, ReadOnlyMemory<byte> content, bool isConditional, CancellationToken ct)
    {
        using var silence = new Silence(TimeFor(content.Length), options.Time, ct);
        using var body = Body(content);
        var request = new PutObjectRequest
        {
            BucketName = options.Bucket,
            Key = name,
            InputStream = body,
            AutoCloseStream = false,
            IfNoneMatch = isConditional ? "*" : null,
        };
        await client.PutObjectAsync(request, silence.Heard());
        return true;
    }

    /// <summary>Sends an object in parts, each tried again by itself. Parts of an upload that fails are taken away as
    /// far as the store can be reached; the bucket's lifecycle has to remove the others.</summary>
    public async Task<bool> PutInPartsAsync(
        string name, ReadOnlyMemory<byte> content, S3Retry retry, CancellationToken ct)
    {
        var upload = await retry.RunAsync(
            async c =>
            {
                using var silence = new Silence(options.SilenceMax, options.Time, c);
                return (await client.InitiateMultipartUploadAsync(options.Bucket, name, silence.Heard())).UploadId;
            },
            ct);
        try
        {
            var parts = new PartETag[(content.Length + options.PartBytes - 1) / options.PartBytes];
            await Parallel.ForAsync(
                0,
                parts.Length,
                new ParallelOptions { MaxDegreeOfParallelism = PartsAtOnce, CancellationToken = ct },
                async (i, c) =>
                    parts[i] = await retry.RunAsync(inner => PartAsync(name, upload, content, i, inner), c));
            await retry.RunAsync(c => CompleteAsync(name, upload, parts, content.Length, c), ct);
            return true;
        }
        catch
        {
            await AbortAsync(name, upload);
            throw;
        }
    }

    async Task<PartETag> PartAsync(
        string name, string upload, ReadOnlyMemory<byte> content, int index, CancellationToken ct)
    {
        var start = index * options.PartBytes;
        var part = content.Slice(start, Math.Min(options.PartBytes, content.Length - start));
        using var silence = new Silence(TimeFor(part.Length), options.Time, ct);
        using var body = Body(part);
        var answer = await client.UploadPartAsync(
            new UploadPartRequest
            {
                BucketName = options.Bucket,
                Key = name,
                UploadId = upload,
                PartNumber = index + 1,
                PartSize = part.Length,
                InputStream = body,
            },
            silence.Heard());
        return new PartETag(index + 1, answer.ETag);
    }

    async Task<bool> CompleteAsync(
        string name, string upload, PartETag[] parts, long length, CancellationToken ct)
    {
        // The store puts the parts together meanwhile.
        using var silence = new Silence(TimeFor(length), options.Time, ct);
        try
        {
            await client.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadRequest
                {
                    BucketName = options.Bucket,
                    Key = name,
                    UploadId = upload,
                    PartETags = [.. parts],
                },
                silence.Heard());
        }
        catch (AmazonS3Exception gone) when (gone.ErrorCode == "NoSuchUpload")
        {
            // An earlier try completed it and its answer was lost, if the object is there and whole.
            var found = await client.GetObjectMetadataAsync(options.Bucket, name, silence.Heard());
            if (found.ContentLength != length)
                throw;
        }
        return true;
    }

    async Task AbortAsync(string name, string upload)
    {
        try
        {
            using var silence = new Silence(options.SilenceMax, options.Time, CancellationToken.None);
            await client.AbortMultipartUploadAsync(options.Bucket, name, upload, silence.Heard());
        }
        catch (Exception failure) when (failure is AmazonS3Exception || S3Failure.IsTransient(failure))
        {
            // The failure that led here is the one to tell.
        }
    }

    TimeSpan TimeFor(long bytes) => options.SilenceMax + TimeSpan.FromSeconds(bytes / BytesPerSecondMin);

    static MemoryStream Body(ReadOnlyMemory<byte> content) =>
        MemoryMarshal.TryGetArray(content, out var array)
            ? new MemoryStream(array.Array!, array.Offset, array.Count, writable: false)
            : new MemoryStream(content.ToArray(), writable: false);
}
