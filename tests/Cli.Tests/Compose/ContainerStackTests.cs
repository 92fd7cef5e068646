using System.Diagnostics;
using Tapline.TestKit;
using Tapline.TestKit.Storage;

namespace Tapline.Cli.Tests.Compose;

/// <summary>The minimal stack in containers, built and started from the file itself, where an engine answers.</summary>
public sealed class ContainerStackTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_minimal_stack_gets_healthy_and_its_query_sees_the_first_rows()
    {
        var none = new Dictionary<string, string>();
        Assert.SkipUnless(
            (await DockerRun.RunAsync(none, Ct, "compose", "version")).ExitCode == 0
                && (await DockerRun.RunAsync(none, Ct, "info")).ExitCode == 0,
            "no Docker engine with compose answers here");
        using var secrets = new TemporaryFolder("secrets");
        await MakeAsync(secrets.FullPath);
        // Names of its own: a stack that somebody uses on this machine is left alone.
        var project = $"tapline-test-{Guid.NewGuid():N}";
        var variables = new Dictionary<string, string>
        {
            ["COMPOSE_PROJECT_NAME"] = project,
            ["NETWORK"] = project,
            ["SECRETS"] = secrets.FullPath,
            ["POSTGRES_PORT"] = $"{LoopbackPort.Free()}",
        };
        try
        {
            await ComposeAsync(variables, "--profile", "minimal", "up", "--detach", "--build", "--wait");
            var rows = "";
            for (var waited = Stopwatch.StartNew(); rows != "2" && waited.Elapsed < TimeSpan.FromMinutes(2);)
            {
                var answer = await ComposeAsync(
                    variables, "run", "--rm", "query", "select count(*) from app.accounts", "--format", "csv");
                rows = answer.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1].Trim();
            }
            Assert.Equal("2", rows);
        }
        finally
        {
            await DockerRun.RunAsync(variables, CancellationToken.None,
                "compose", "--profile", "minimal", "--profile", "tools", "down", "--volumes");
        }
    }

    static async Task<string> ComposeAsync(IReadOnlyDictionary<string, string> variables, params string[] arguments)
    {
        var run = await DockerRun.RunAsync(variables, Ct, ["compose", .. arguments]);
        Assert.True(run.ExitCode == 0, run.Errors);
        return run.Output;
    }

    static async Task MakeAsync(string folder)
    {
        using var maker = Process.Start(Path.Combine(LauncherTests.Root, "docker", "make-secrets"), [folder]);
        await maker.WaitForExitAsync(Ct);
        Assert.Equal(0, maker.ExitCode);
    }
}
