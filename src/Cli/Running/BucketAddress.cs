using Tapline.Contracts;

namespace Tapline.Cli.Running;

/// <summary>A bucket named by its address, <c>http://127.0.0.1:7480/bucket</c>; the credentials are those of the
/// environment.</summary>
/// <param name="Endpoint">The service.</param>
/// <param name="Bucket">The bucket.</param>
sealed record BucketAddress(Uri Endpoint, string Bucket)
{
    /// <summary>Reads an address. Throws <see cref="TaplineException"/> for anything else.</summary>
    public static BucketAddress Parse(string text)
    {
        var isUrl = Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";
        var bucket = isUrl ? url!.AbsolutePath.Trim('/') : "";
        return bucket.Length > 0 && !bucket.Contains('/')
            ? new BucketAddress(new Uri(url!.GetLeftPart(UriPartial.Authority)), bucket)
            : throw new TaplineException(
                $"\"{text}\" does not name a bucket", "give its address, such as http://127.0.0.1:7480/bucket");
    }
}
