using System.Text.RegularExpressions;
using Tapline.Streaming.Epochs;

namespace Tapline.Cli.Tests.Terraform;

/// <summary>What can be said of infra/terraform without terraform.</summary>
public sealed partial class TerraformFileTests
{
    public static TheoryData<string> Folders() =>
    [
        .. Directory.EnumerateFiles(TerraformTool.Sources, "main.tf", SearchOption.AllDirectories)
            .Select(static file => Path.GetRelativePath(TerraformTool.Sources, Path.GetDirectoryName(file)!))
            .Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void There_are_the_parts_of_a_lake() => Assert.Equal(
        ["environments/dev", "modules/access", "modules/catalog", "modules/lake_bucket", "modules/private_bucket",
            "modules/query"],
        Folders().Select(static row => row.Data));

    [Theory, MemberData(nameof(Folders))]
    public void A_folder_pins_its_versions_has_tests_and_describes_what_goes_in_and_out(string folder)
    {
        var path = Path.Combine(TerraformTool.Sources, folder);

        Assert.Equal(
            Text("environments/dev", "versions.tf"), Text(folder, "versions.tf"));
        Assert.Matches("""required_version = ">= 1\.11\.0"[\s\S]*version = "= [0-9.]+""", Text(folder, "versions.tf"));
        Assert.True(File.Exists(Path.Combine(path, "tests", $"{Path.GetFileName(path)}.tftest.hcl")), "has no tests");
        Assert.All(Block().Matches(Text(folder, "variables.tf") + Text(folder, "outputs.tf")), static block =>
        {
            Assert.Matches("""^  description = ".+[.;]?[^"]*"$""", block.Groups["first"].Value);
            if (block.Groups["kind"].Value == "variable")
                Assert.Contains("\n  type ", block.Value, StringComparison.Ordinal);
        });
    }

    [Theory, InlineData($"{EpochStore.Root}*"), InlineData(LakeLanes.Key)]
    public void What_is_created_once_is_where_the_worker_writes_it(string keys) => Assert.Contains(
        $"${{local.arn}}/{keys}", Text("modules/lake_bucket", "main.tf"), StringComparison.Ordinal);

    [Fact]
    public void Nothing_names_an_account_or_holds_a_credential() => Assert.All(
        Directory.EnumerateFiles(TerraformTool.Sources, "*", SearchOption.AllDirectories)
            .Where(static file => !file.Contains("/.terraform", StringComparison.Ordinal)),
        static file => Assert.All(Secret().Matches(File.ReadAllText(file)),
            match => Assert.True(match.Value == "123456789012", $"{file}: {match.Value}")));

    static string Text(string folder, string file) =>
        File.ReadAllText(Path.Combine(TerraformTool.Sources, folder, file));

    [GeneratedRegex("""^(?<kind>variable|output) "\w+" \{\n(?<first>[^\n]*)[\s\S]*?^\}""", RegexOptions.Multiline)]
    private static partial Regex Block();

    [GeneratedRegex(@"access_key|secret_key|session_token|\bprofile\s*=|\b\d{12}\b|AKIA[A-Z0-9]{16}")]
    private static partial Regex Secret();
}
