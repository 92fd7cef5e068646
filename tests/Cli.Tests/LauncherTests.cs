using System.Diagnostics;

namespace Tapline.Cli.Tests;

/// <summary>The launcher and the set-up script as programs, on folders of their own.</summary>
public sealed class LauncherTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("tapline-launcher-").FullName;

    [Fact]
    public async Task It_runs_from_any_folder_through_any_number_of_links()
    {
        File.CreateSymbolicLink(Path.Combine(_folder, "first"), Path.Combine(Root, "tapline"));
        File.CreateSymbolicLink(Path.Combine(_folder, "second"), "first");

        var run = await RunAsync(Path.Combine(_folder, "second"), ["test", "--help"]);

        // Whatever it then does, it has found the folder of its own scripts.
        Assert.DoesNotContain("No such file", run.Errors, StringComparison.Ordinal);
        Assert.Contains("usage: test [filter]", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_sdk_it_says_what_to_install()
    {
        var run = await RunAsync(Path.Combine(Root, "tapline"), ["version"],
            ("PATH", Tools("bash", "dirname", "readlink")));

        Assert.Equal(4, run.ExitCode);
        Assert.Contains("error: the .NET SDK 10 is not installed", run.Errors, StringComparison.Ordinal);
        Assert.Contains("hint: ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_npm_the_set_up_says_what_to_install_and_leaves_nothing_behind()
    {
        var cache = Path.Combine(_folder, "cache");
        var tools = Tools("bash", "dirname", "uname", "getconf", "mkdir", "mktemp", "rm", "cat");
        var run = await RunAsync(
            Path.Combine(Root, "eng", "setup-natives"), [], ("PATH", tools), ("TAPLINE_CACHE", cache));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("error: npm is not installed", run.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cache));
    }

    [Fact]
    public async Task The_set_up_takes_the_names_of_components_and_no_others()
    {
        var cache = ("TAPLINE_CACHE", Path.Combine(_folder, "cache"));
        var script = Path.Combine(Root, "eng", "setup-natives");

        var unknown = await RunAsync(script, ["duckdb", "kafka"], cache);
        var missing = await RunAsync(script, ["--missing", "duckdb"], cache);

        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("error: there is no component kafka", unknown.Errors, StringComparison.Ordinal);
        Assert.Equal((1, ""), (missing.ExitCode, missing.Errors));
    }

    [Fact]
    public async Task A_lock_of_a_process_that_is_gone_is_taken_over()
    {
        var gone = Process.Start("true")!;
        await gone.WaitForExitAsync(TestContext.Current.CancellationToken);
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "lock"));
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "pid"), $"{gone.Id}", TestContext.Current.CancellationToken);

        var script = $". {Root}/eng/lock.bash; take_lock {folder.FullName} testing; cat {folder.FullName}/pid; "
            + $"echo $$; drop_lock {folder.FullName}";
        var run = await RunAsync("/bin/bash", ["-euo", "pipefail", "-c", script]);

        var owners = run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, owners.Length);
        Assert.Equal(owners[1], owners[0]);
        Assert.False(Directory.Exists(folder.FullName));
    }

    [Fact]
    public async Task A_lock_keeps_a_second_owner_out_until_it_is_given_back()
    {
        var folder = Path.Combine(_folder, "held");
        var script = $$"""
            . {{Root}}/eng/lock.bash
            count() { for i in 1 2 3 4 5 6 7 8 9 10; do
                take_lock {{folder}} counting
                n=$(cat {{folder}}.n); sleep 0.01; echo $((n + 1)) > {{folder}}.n
                drop_lock {{folder}}
            done; }
            count
            """;
        await File.WriteAllTextAsync($"{folder}.n", "0", TestContext.Current.CancellationToken);

        var runs = await Task.WhenAll(
            RunAsync("/bin/bash", ["-euo", "pipefail", "-c", script]),
            RunAsync("/bin/bash", ["-euo", "pipefail", "-c", script]));

        Assert.All(runs, static run => Assert.Equal(0, run.ExitCode));
        Assert.Equal("20", (await File.ReadAllTextAsync($"{folder}.n", TestContext.Current.CancellationToken)).Trim());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    internal static string Root { get; } = FindRoot();

    /// <summary>A folder that holds these programs and no other.</summary>
    string Tools(params string[] names)
    {
        var tools = Directory.CreateDirectory(Path.Combine(_folder, "tools")).FullName;
        foreach (var name in names)
        {
            var found = new[] { "/usr/bin", "/bin" }.Select(folder => Path.Combine(folder, name)).First(File.Exists);
            File.CreateSymbolicLink(Path.Combine(tools, name), found);
        }
        return tools;
    }

    async Task<(int ExitCode, string Output, string Errors)> RunAsync(
        string program, string[] arguments, params (string Name, string Value)[] variables)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        var ct = TestContext.Current.CancellationToken;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var errors = process.StandardError.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return (process.ExitCode, await output, await errors);
    }

    static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pipeline.sln")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException("no folder above holds Pipeline.sln");
    }
}
