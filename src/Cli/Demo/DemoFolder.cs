using Tapline.Cli.Embedded;
using Tapline.Contracts;

namespace Tapline.Cli.Demo;

/// <summary>The folder of a demo. A mark in it says that it is one and may be replaced.</summary>
sealed class DemoFolder(string path)
{
    const string Mark = ".tapline-demo";

    /// <summary>The folder.</summary>
    public string Root { get; } = Path.GetFullPath(path);

    /// <summary>PostgreSQL's.</summary>
    public string Postgres => Path.Combine(Root, "postgres");

    /// <summary>The broker's.</summary>
    public string Broker => Path.Combine(Root, "broker");

    /// <summary>The lake.</summary>
    public string Lake => Path.Combine(Root, "lake");

    /// <summary>A configuration that other verbs can use while the demo runs.</summary>
    public string Config => Path.Combine(Root, "tapline.yaml");

    /// <summary>The folder as one would type it from here.</summary>
    public string Shown =>
        Path.GetRelativePath(Environment.CurrentDirectory, Root) is var near
        && near.StartsWith("..", StringComparison.Ordinal)
        ? Root
        : $"./{near}";

    /// <summary>Makes the folder empty. Throws <see cref="TaplineException"/> when it holds something that is no
    /// demo.</summary>
    public async Task RecreateAsync(CancellationToken ct)
    {
        if (Directory.Exists(Root) && Directory.EnumerateFileSystemEntries(Root).Any())
        {
            if (!File.Exists(Path.Combine(Root, Mark)))
            {
                throw new TaplineException($"{Root} is not empty and is no demo of Tapline's",
                    "choose another folder with --dir, or remove this one");
            }
            await EmbeddedPostgres.StopLeftoverAsync(Postgres, ct);
            Directory.Delete(Root, recursive: true);
        }
        Directory.CreateDirectory(Root);
        await File.WriteAllTextAsync(
            Path.Combine(Root, Mark), "A demo of Tapline's: replaced by the next one that is started here.\n", ct);
    }
}
