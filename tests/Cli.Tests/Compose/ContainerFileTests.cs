using System.Text.Json;

namespace Tapline.Cli.Tests.Compose;

/// <summary>docker/Dockerfile without an engine.</summary>
public sealed class ContainerFileTests
{
    static readonly string[] Words = ["FROM", "RUN", "ENV", "WORKDIR", "COPY", "USER", "ENTRYPOINT", "CMD"];

    [Fact]
    public void Every_stage_starts_from_a_pinned_image_and_has_only_known_instructions()
    {
        Assert.All(ContainerFile.Image.Instructions, static line => Assert.Contains(line.Word, Words));
        Assert.All(ContainerFile.Image.Instructions.Where(static line => line.Word == "FROM"),
            static line => Assert.Matches(@"^mcr\.microsoft\.com/dotnet/\w+:10\.0\.\d+-noble[\w-]*( AS build)?$",
                line.Text));
    }

    [Fact]
    public void The_sdk_of_the_image_is_one_that_the_repository_takes()
    {
        var sdk = ContainerFile.Image.Instructions[0].Text.Split(':')[1].Split('-')[0];
        using var global = JsonDocument.Parse(File.ReadAllText(Path.Combine(LauncherTests.Root, "global.json")));
        var wanted = global.RootElement.GetProperty("sdk").GetProperty("version").GetString()!;

        Assert.True(Version.Parse(sdk) >= Version.Parse(wanted), $"{sdk} against {wanted}");
    }

    [Fact]
    public void What_it_copies_is_there_and_reaches_the_build()
    {
        var ignored = File.ReadAllLines(Path.Combine(LauncherTests.Root, ".dockerignore"));
        var copied = ContainerFile.Image.Instructions
            .Where(static line => line.Word == "COPY" && !line.Text.StartsWith("--from", StringComparison.Ordinal))
            .SelectMany(static line => line.Text.Split(' ').SkipLast(1))
            .Select(static path => path.TrimEnd('/'))
            .ToList();

        Assert.Contains("src", copied);
        Assert.Contains("*", ignored);
        Assert.All(copied, path => Assert.True(Path.Exists(Path.Combine(LauncherTests.Root, path)), path));
        Assert.All(copied, path => Assert.Contains($"!{path}", ignored));
    }

    [Fact]
    public void The_image_is_without_a_shell_runs_as_nobody_special_and_proves_its_native_libraries()
    {
        var stage = ContainerFile.Image.LastStage;

        Assert.Contains("chiseled", stage[0].Text, StringComparison.Ordinal);
        Assert.Matches(@"^[1-9]\d*:[1-9]\d*$", ContainerFile.Image.User);
        Assert.Equal("""["dotnet", "/app/Tapline.Cli.dll"]""",
            stage.Single(static line => line.Word == "ENTRYPOINT").Text);
        var commands = stage.Where(static line => line.Word is "RUN" or "CMD")
            .Select(static line => JsonSerializer.Deserialize<string[]>(line.Text)!).ToList();
        Assert.All(commands, static command => Assert.Empty(
            CommandLine.Build().Parse(command[0] == "dotnet" ? command[2..] : command).Errors));
        Assert.Contains(commands, static command => command[^2..] is ["duckdb", "librdkafka"]);
        Assert.Contains(ContainerFile.Image.Instructions,
            static line => line.Text == "eng/setup-natives duckdb librdkafka");
    }
}
