using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Tapline.Cli.Tests.Terraform;

/// <summary>A terraform on this machine with the provider that our modules ask for: both are used where they lie,
/// nothing is fetched.</summary>
sealed partial record TerraformTool(string Program, string Providers)
{
    /// <summary>Names the folder above <c>registry.terraform.io</c> where none of the usual ones is it.</summary>
    public const string Variable = "TAPLINE_TERRAFORM_PLUGINS";

    /// <summary>The folder of our modules and environments.</summary>
    public static string Sources { get; } = Path.Combine(LauncherTests.Root, "infra", "terraform");

    /// <summary>The tool, or in words what is missing.</summary>
    public static (TerraformTool? Tool, string Reason) Find()
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(static folder => Path.Combine(folder, "terraform"))
            .FirstOrDefault(File.Exists);
        if (program is null)
            return (null, "there is no terraform on PATH");
        var version = AwsVersion().Match(File.ReadAllText(
            Path.Combine(Sources, "environments", "dev", "versions.tf"))).Groups["version"].Value;
        var provider = Path.Combine("registry.terraform.io", "hashicorp", "aws");
        var providers = Mirrors(program).FirstOrDefault(folder =>
            Directory.Exists(Path.Combine(folder, provider, version))
            || Directory.Exists(Path.Combine(folder, provider))
                && Directory.EnumerateFiles(Path.Combine(folder, provider), $"*_{version}_*.zip").Any());
        return providers is null
            ? (null, $"no folder that terraform looks into, none in /opt, and not ${Variable} has {provider} {version}")
            : (new TerraformTool(program, providers), "");
    }

    /// <summary>Runs it in a folder without anybody's credentials or settings.</summary>
    public async Task<TerraformAnswer> RunAsync(string folder, CancellationToken ct, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(IsSomebodys).ToList())
            start.Environment.Remove(name);
        start.Environment["CHECKPOINT_DISABLE"] = "1";
        start.Environment["TF_IN_AUTOMATION"] = "1";
        // The provider's schema is large and lives as long as the process: collecting it again and again is the most
        // of what a run costs.
        start.Environment["GOGC"] = "400";
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ct);
            var errors = process.StandardError.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return new TerraformAnswer(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    static bool IsSomebodys(string name) =>
        name.StartsWith("AWS_", StringComparison.Ordinal) || name.StartsWith("TF_", StringComparison.Ordinal);

    // Where terraform itself looks for mirrors on this system, beside the program, and where add-on programs lie.
    static IEnumerable<string> Mirrors(string program)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var real = File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program;
        string?[] named = [Environment.GetEnvironmentVariable(Variable),
            Environment.GetEnvironmentVariable("TF_PLUGIN_CACHE_DIR")];
        return named.OfType<string>().Where(static folder => folder.Length > 0).Select(Path.GetFullPath)
            .Concat([
                Path.Combine(home, ".terraform.d", "plugins"),
                Path.Combine(home, ".local", "share", "terraform", "plugins"),
                "/usr/local/share/terraform/plugins",
                "/usr/share/terraform/plugins",
                Path.Combine(Path.GetDirectoryName(real)!, "plugins"),
            ])
            .Concat(Directory.Exists("/opt")
                ? Directory.EnumerateDirectories("/opt").Order(StringComparer.Ordinal)
                : []);
    }

    [GeneratedRegex("""source\s+= "hashicorp/aws"\s+version\s+= "= (?<version>[0-9.]+)";?""")]
    private static partial Regex AwsVersion();
}

/// <summary>How a run of terraform ended.</summary>
sealed record TerraformAnswer(int ExitCode, string Output, string Errors)
{
    /// <summary>All that was said, for a test that fails.</summary>
    public override string ToString() => $"terraform ended with {ExitCode}:\n{Output}\n{Errors}";
}
