namespace Tapline.Cli.Tests.Compose;

/// <summary>docker/Dockerfile as its instructions.</summary>
sealed class ContainerFile
{
    ContainerFile(IReadOnlyList<(string Word, string Text)> instructions) => Instructions = instructions;

    /// <summary>The one of our image.</summary>
    public static ContainerFile Image { get; } =
        Parse(File.ReadAllLines(Path.Combine(LauncherTests.Root, "docker", "Dockerfile")));

    public IReadOnlyList<(string Word, string Text)> Instructions { get; }

    /// <summary>Those of the last stage, which is the image.</summary>
    public IReadOnlyList<(string Word, string Text)> LastStage =>
        [.. Instructions.Skip(Instructions.ToList().FindLastIndex(static line => line.Word == "FROM"))];

    public string User => LastStage.Single(static line => line.Word == "USER").Text;

    /// <summary>The folders that are made for volumes, relative to /var/lib/tapline.</summary>
    public IReadOnlyList<string> Volumes =>
    [
        .. Instructions.Single(static line => line.Text.StartsWith("mkdir -p /volumes/", StringComparison.Ordinal))
            .Text.Split(' ').Skip(2).Select(static folder => Path.GetRelativePath("/volumes", folder)),
    ];

    static ContainerFile Parse(IEnumerable<string> lines)
    {
        var instructions = new List<(string, string)>();
        var begun = "";
        foreach (var line in lines.Where(static line => !line.StartsWith('#')))
        {
            begun += line.TrimEnd('\\');
            if (line.EndsWith('\\') || begun.Length == 0)
                continue;
            var words = begun.Split(' ', 2);
            instructions.Add((words[0], words[1].Trim()));
            begun = "";
        }
        return new ContainerFile(instructions);
    }
}
