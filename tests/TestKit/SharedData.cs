namespace Tapline.TestKit;

/// <summary>Captured data that lies beside the repository on some machines and is absent on others.</summary>
public static class SharedData
{
    /// <summary>The folder <c>../shared/data/debezium</c> beside the solution; null when it is absent.</summary>
    public static string? DebeziumFolder => Folder("data", "debezium");

    /// <summary>A folder below <c>../shared</c> beside the solution; null when it is absent.</summary>
    public static string? Folder(params string[] parts)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (!File.Exists(Path.Combine(at.FullName, "Pipeline.sln")))
                continue;
            var folder = Path.Combine([at.FullName, "..", "shared", .. parts]);
            return Directory.Exists(folder) ? folder : null;
        }
        return null;
    }
}
