using System.Runtime.InteropServices;

namespace Tapline.Native;

/// <summary>Where the native libraries lie: a folder per library and version in the user's cache, filled by the
/// launcher.
/// Versions are pinned here and nowhere else.</summary>
public static class NativeLibraries
{
    /// <summary>The pinned version of DuckDB's library; 1.5.6 is published for this one platform so far.</summary>
    public static string DuckDbVersion => Platform == "linux-x64" ? "1.5.6-r.1" : "1.5.5-r.5";

    /// <summary>The pinned version of librdkafka.</summary>
    public const string LibrdkafkaVersion = "2.15.1";

    /// <summary>The pinned version of the embedded PostgreSQL.</summary>
    public const string PostgresVersion = "18.4.0-beta.17";

    /// <summary>The cache's root: <c>TAPLINE_CACHE</c>, else <c>XDG_CACHE_HOME/tapline</c>, else
    /// <c>~/.cache/tapline</c>.</summary>
    public static string CacheRoot
    {
        get
        {
            if (Environment.GetEnvironmentVariable("TAPLINE_CACHE") is { Length: > 0 } own)
                return own;
            var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
                ? xdg
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(cache, "tapline");
        }
    }

    /// <summary>Operating system and processor as npm names them: <c>linux-x64</c>, <c>linux-arm64</c>,
    /// <c>darwin-arm64</c>.</summary>
    public static string Platform =>
        (OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "win32" : "linux")
        + "-" + RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();

    /// <summary>The path of DuckDB's library.</summary>
    public static string DuckDbPath =>
        Locate("duckdb", DuckDbVersion, OperatingSystem.IsMacOS() ? "libduckdb.dylib" : "libduckdb.so");

    /// <summary>The path of librdkafka.</summary>
    public static string LibrdkafkaPath =>
        Locate("librdkafka", LibrdkafkaVersion, OperatingSystem.IsMacOS() ? "librdkafka.dylib" : "librdkafka.so");

    /// <summary>The folder of the embedded PostgreSQL, which has <c>bin</c>, <c>lib</c> and <c>share</c>.</summary>
    public static string PostgresRoot => Folder("postgresql", PostgresVersion);

    /// <summary>The folder in the cache that belongs to a component; it need not exist.</summary>
    public static string Folder(string name, string version) => Path.Combine(CacheRoot, $"{name}-{version}-{Platform}");

    static string Locate(string name, string version, string file)
    {
        var path = Path.Combine(Folder(name, version), file);
        return File.Exists(path)
            ? path
            : throw new DllNotFoundException($"{file} {version} is not at {path}; run ./tapline setup");
    }
}
