using System.Text.Json;
using System.Text.RegularExpressions;
using Tapline.TestKit.Storage;

namespace Tapline.Cli.Tests.Terraform;

/// <summary>One run of terraform's tests over a copy of our modules: those of every module as they are, and for each
/// copy with planted mistakes the run that must see them. Starting the provider is what costs, so all of it is one
/// invocation.</summary>
public sealed partial class TerraformFixture : IAsyncLifetime
{
    readonly TemporaryFolder _folder = new("terraform");
    readonly List<(string File, string Run, string Status)> _runs = [];
    readonly List<(string File, string Summary)> _told = [];

    string Dev => Path.Combine(_folder.FullPath, "environments", "dev");

    internal TerraformTool? Tool { get; private set; }

    internal string Reason { get; private set; } = "";

    internal TerraformAnswer? Validation { get; private set; }

    internal TerraformAnswer? Tests { get; private set; }

    /// <summary>The policies of the dev environment, by role and for the lake's bucket by <c>lake</c>.</summary>
    internal IReadOnlyDictionary<string, string> Policies() =>
        JsonSerializer.Deserialize<Dictionary<string, string>>(Assert.Single(Told("policies")))!;

    /// <summary>How the runs of a test file ended.</summary>
    internal IEnumerable<(string Run, string Status)> Runs(string file) =>
        _runs.Where(run => run.File == $"tests/{file}.tftest.hcl").Select(static run => (run.Run, run.Status));

    /// <summary>What the failed assertions of a test file said.</summary>
    internal IReadOnlyList<string> Told(string file) =>
        [.. _told.Where(told => told.File == $"tests/{file}.tftest.hcl").Select(static told => told.Summary)];

    /// <summary>The modules, by their folders' names.</summary>
    internal static IEnumerable<string> Modules() =>
        Directory.EnumerateDirectories(Path.Combine(TerraformTool.Sources, "modules"))
            .Select(static folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal);

    public async ValueTask InitializeAsync()
    {
        (Tool, Reason) = TerraformTool.Find();
        if (Tool is null)
            return;
        var ct = TestContext.Current.CancellationToken;
        Copy(TerraformTool.Sources, _folder.FullPath);
        foreach (var module in Modules())
            TakeOver(module, $"../../modules/{module}", Path.Combine(_folder.FullPath, "modules", module), _ => true);
        foreach (var planted in PlantedMistakes.All)
            Plant(planted);
        Ask();
        var start = await Tool.RunAsync(Dev, ct,
            "init", "-no-color", "-input=false", "-backend=false", $"-plugin-dir={Tool.Providers}");
        if (start.ExitCode != 0)
            throw new InvalidOperationException(start.ToString());
        Validation = await Tool.RunAsync(Dev, ct, "validate", "-no-color");
        Tests = await Tool.RunAsync(Dev, ct, "test", "-json");
        foreach (var line in Tests.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            Read(line);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    // A module's own tests, started from the environment: each run says which module it is about.
    void TakeOver(string file, string source, string folder, Func<string, bool> isWanted)
    {
        var tests = File.ReadAllText(Path.Combine(folder, "tests", $"{Path.GetFileName(folder)}.tftest.hcl"));
        var runs = RunBlock().Split(tests);
        var wanted = runs.Skip(1).Where(run => isWanted(run[..run.IndexOf('"', StringComparison.Ordinal)]))
            .Select(run => $"run \"{run.Replace("\" {\n", $"\" {{\n  module {{\n    source = \"{source}\"\n  }}\n",
                StringComparison.Ordinal)}");
        File.WriteAllText(Path.Combine(Dev, "tests", $"{file}.tftest.hcl"), runs[0] + string.Concat(wanted));
    }

    void Plant(PlantedMistakes planted)
    {
        var copy = Path.Combine(_folder.FullPath, "planted", planted.Name);
        Copy(TerraformTool.Sources, copy);
        var folder = Path.Combine(copy, planted.Folder);
        var main = Path.Combine(folder, "main.tf");
        var text = File.ReadAllText(main);
        foreach (var mistake in planted.Mistakes)
        {
            if (text.Split(mistake.Right).Length != 2)
                throw new InvalidOperationException($"{planted.Folder}/main.tf does not have once: {mistake.Right}");
            text = text.Replace(mistake.Right, mistake.Wrong, StringComparison.Ordinal);
        }
        File.WriteAllText(main, text);
        TakeOver(planted.Name, $"../../planted/{planted.Name}/{planted.Folder}", folder, run => run == planted.Run);
    }

    // What an assertion says when it fails is what terraform prints without the provider's whole schema beside it.
    void Ask()
    {
        var tests = File.ReadAllText(Path.Combine(Dev, "tests", "dev.tftest.hcl"));
        File.WriteAllText(Path.Combine(Dev, "tests", "policies.tftest.hcl"), RunBlock().Split(tests)[0] + """
            run "what_the_policies_are" {
              assert {
                condition     = var.account_id == ""
                error_message = jsonencode(merge(module.access.policies, { lake = module.lake.policy }))
              }
            }
            """);
    }

    // https://developer.hashicorp.com/terraform/internals/machine-readable-ui
    void Read(string line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        if (root.TryGetProperty("test_run", out var run) && run.GetProperty("progress").GetString() == "complete")
        {
            _runs.Add((run.GetProperty("path").GetString()!, run.GetProperty("run").GetString()!,
                run.GetProperty("status").GetString()!));
        }
        if (root.TryGetProperty("diagnostic", out var told) && root.TryGetProperty("@testfile", out var file))
            _told.Add((file.GetString()!, told.GetProperty("detail").GetString()!));
    }

    static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(from, file);
            if (name.Contains(".terraform", StringComparison.Ordinal))
                continue;
            var target = Path.Combine(to, name);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    [GeneratedRegex("^run \"", RegexOptions.Multiline)]
    private static partial Regex RunBlock();
}
