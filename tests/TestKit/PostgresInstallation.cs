using Tapline.Native;

namespace Tapline.TestKit;

/// <summary>A PostgreSQL on this machine.</summary>
/// <param name="Name">How tests name it.</param>
/// <param name="Root">The folder that has <c>bin</c>.</param>
public sealed record PostgresInstallation(string Name, string Root)
{
    /// <summary>The one that comes with the project.</summary>
    public static PostgresInstallation Embedded { get; } = new("embedded", NativeLibraries.PostgresRoot);

    /// <summary>Debian's newest before the embedded one.</summary>
    public static PostgresInstallation Debian { get; } = new("debian-15", "/usr/lib/postgresql/15");

    /// <summary>Whether its server is there.</summary>
    public bool Exists => File.Exists(Program("postgres"));

    /// <summary>The path of one of its programs.</summary>
    public string Program(string name) => Path.Combine(Root, "bin", name);
}
