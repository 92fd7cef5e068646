using Tapline.Contracts;

namespace Tapline.Cli.Chaos;

/// <summary>The folder of a chaos run: the database, the log, the lake, the configuration, and what every process
/// said.</summary>
sealed class ChaosFolder
{
    ChaosFolder(string root) => Root = root;

    /// <summary>The folder.</summary>
    public string Root { get; }

    /// <summary>PostgreSQL's.</summary>
    public string Postgres => Path.Combine(Root, "postgres");

    /// <summary>The lake.</summary>
    public string Lake => Path.Combine(Root, "lake");

    /// <summary>The configuration of the pipeline.</summary>
    public string Config => Path.Combine(Root, "tapline.yaml");

    /// <summary>What the processes of one part have said, from the first to the newest.</summary>
    public string LogOf(string part) => Path.Combine(Root, $"{part}.log");

    /// <summary>Makes the folder. Throws <see cref="TaplineException"/> when there is something in it.</summary>
    public static ChaosFolder Create(string path)
    {
        var root = Path.GetFullPath(path);
        if (Directory.Exists(root) && Directory.EnumerateFileSystemEntries(root).Any())
            throw new TaplineException($"{root} is not empty", "choose another folder with --dir, or remove this one");
        Directory.CreateDirectory(root);
        return new ChaosFolder(root);
    }

    /// <summary>Removes it with all that is in it.</summary>
    public void Delete() => Directory.Delete(Root, recursive: true);
}
