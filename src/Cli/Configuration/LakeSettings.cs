using Tapline.Contracts;
using Tapline.Lakehouse.Storage;
using Tapline.Lakehouse.Storage.S3;

namespace Tapline.Cli.Configuration;

/// <summary>Reads where the lake is.</summary>
static class LakeSettings
{
    const string Scheme = "s3://";
    const string CacheFolder = "tapline-data/lake-cache";

    /// <summary>The lake of a configuration file that lies in a folder.</summary>
    public static LakeConfig Read(ConfigSection root, string folder)
    {
        if (root.Section("lake") is not { } lake)
            return new LakeConfig(Path.Combine(folder, "lake"), Durability.Full);
        var path = lake.Text("path", "lake");
        var config = new LakeConfig(
            path.StartsWith(Scheme, StringComparison.Ordinal) ? path : Path.Combine(folder, path),
            lake.Choice("durability", Durability.Full, ("full", Durability.Full),
                ("process", Durability.ProcessCrash)));
        var isBucket = TryBucket(config.Path, folder, out var s3);
        if (isBucket && s3 is null)
            lake.Reject("path", $"must be s3://bucket or s3://bucket/prefix, found \"{path}\"");
        if (lake.Section("s3") is { } settings)
        {
            if (!isBucket)
                lake.Reject("s3", $"needs a path that begins with {Scheme}, found \"{path}\"");
            s3 = Read(settings, folder, s3);
        }
        lake.Close();
        return config with { S3 = s3 };
    }

    /// <summary>A lake that is named without a configuration file: a folder, or <c>s3://bucket/prefix</c> with the
    /// environment's credentials.</summary>
    public static LakeConfig Of(string path)
    {
        if (!TryBucket(path, Directory.GetCurrentDirectory(), out var s3))
            return new LakeConfig(Path.GetFullPath(path), Durability.Full);
        return s3 is null
            ? throw new TaplineException($"a lake is a folder or s3://bucket/prefix, found {path}")
            : new LakeConfig(path, Durability.Full) { S3 = s3 };
    }

    // True for everything with the scheme; without options when the rest names no bucket.
    static bool TryBucket(string path, string folder, out S3StoreOptions? options)
    {
        options = null;
        if (!path.StartsWith(Scheme, StringComparison.Ordinal))
            return false;
        var parts = path[Scheme.Length..].TrimEnd('/').Split('/', 2);
        if (parts[0].Length > 0 && !parts[^1].StartsWith('/'))
            options = new S3StoreOptions(parts[0], parts.Length > 1 ? parts[1] : "", Path.Combine(folder, CacheFolder));
        return true;
    }

    static S3StoreOptions? Read(ConfigSection section, string folder, S3StoreOptions? options)
    {
        var endpoint = Optional(section, "endpoint");
        Uri? url = null;
        if (endpoint is not null
            && (!Uri.TryCreate(endpoint, UriKind.Absolute, out url) || url.Scheme is not ("http" or "https")))
        {
            section.Reject("endpoint", $"must be a URL like https://s3.example.com, found \"{endpoint}\"");
        }
        var (key, secret) = (Optional(section, "access_key"), Optional(section, "secret_key"));
        if ((key is null) != (secret is null))
            section.Reject(key is null ? "access_key" : "secret_key", "is missing: it takes both or none");
        var authority = Optional(section, "ca_file");
        var read = options is null ? null : options with
        {
            Endpoint = url,
            Region = Optional(section, "region"),
            // Stores other than AWS seldom have a name in the DNS for each bucket.
            IsPathStyle = section.Choice("path_style", url is not null, ("true", true), ("false", false)),
            AccessKey = key,
            SecretKey = secret,
            AuthorityFile = authority is null ? null : Path.Combine(folder, authority),
            SilenceMax = section.Seconds("timeout_seconds", 15, 1, 600),
            RetryMax = section.Seconds("retry_seconds", 60, 0, 3600),
            CacheFolder = Path.Combine(folder, section.Text("cache", CacheFolder)),
            CacheBytesMax = (long)section.Integer("cache_mb", 10_240, 64, 1 << 24) << 20,
        };
        section.Close();
        return read;
    }

    static string? Optional(ConfigSection section, string key) => section.Has(key) ? section.Text(key) : null;
}
