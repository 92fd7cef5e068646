namespace Tapline.Tidy.Tests;

/// <summary>The repository's files, found from where the test program lies.</summary>
static class Repository
{
    /// <summary>The folder of <c>Pipeline.sln</c>.</summary>
    public static string Root { get; } = Find();

    /// <summary>Every file of ours with this ending under these folders, as paths relative to the root.</summary>
    public static IEnumerable<string> Files(string ending, params string[] folders) =>
        folders
            .Select(static folder => Path.Combine(Root, folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*" + ending, SearchOption.AllDirectories))
            .Select(static file => Path.GetRelativePath(Root, file))
            .Where(static file => !file.Split('/').Any(static part => part is "artifacts" or "obj" or "bin"))
            .Order(StringComparer.Ordinal);

    /// <summary>The lines of a file, given by its path relative to the root.</summary>
    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException($"no folder above {AppContext.BaseDirectory} holds Pipeline.sln");
    }
}
