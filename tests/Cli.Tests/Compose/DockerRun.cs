using System.Diagnostics;

namespace Tapline.Cli.Tests.Compose;

/// <summary>How a command of docker's ended.</summary>
sealed record DockerRun(int ExitCode, string Output, string Errors)
{
    /// <summary>Runs one from the folder of docker-compose.yml; without docker it ends as a shell says it.</summary>
    public static async Task<DockerRun> RunAsync(
        IReadOnlyDictionary<string, string> variables, CancellationToken ct, params string[] arguments)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(
            static folder => File.Exists(Path.Combine(folder, "docker"))))
        {
            return new DockerRun(127, "", "there is no docker");
        }
        var start = new ProcessStartInfo("docker", arguments)
        {
            WorkingDirectory = LauncherTests.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        using var docker = Process.Start(start)!;
        var output = docker.StandardOutput.ReadToEndAsync(ct);
        var errors = docker.StandardError.ReadToEndAsync(ct);
        await docker.WaitForExitAsync(ct);
        return new DockerRun(docker.ExitCode, await output, await errors);
    }
}
