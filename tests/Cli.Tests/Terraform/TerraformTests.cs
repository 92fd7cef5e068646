namespace Tapline.Cli.Tests.Terraform;

/// <summary>What terraform itself says of our modules, offline and with a provider that answers by itself; skipped
/// where there is no terraform.</summary>
public sealed class TerraformTests(TerraformFixture terraform) : IClassFixture<TerraformFixture>
{
    public static TheoryData<string> Planted() => [.. PlantedMistakes.All.Select(static planted => planted.Name)];

    [Fact]
    public async Task Every_file_is_formatted()
    {
        var answer = await Tool.RunAsync(
            TerraformTool.Sources, TestContext.Current.CancellationToken, "fmt", "-check", "-recursive", "-diff");

        Assert.True(answer.ExitCode == 0, answer.ToString());
    }

    [Fact]
    public void The_environment_and_its_modules_are_valid()
    {
        Assert.NotNull(Tool);
        Assert.True(terraform.Validation!.ExitCode == 0, terraform.Validation.ToString());
    }

    [Fact]
    public void Every_run_of_every_module_passes()
    {
        Assert.NotNull(Tool);
        Assert.All(TerraformFixture.Modules().Append("dev"), module =>
        {
            Assert.NotEmpty(terraform.Runs(module));
            Assert.All(terraform.Runs(module), run => Assert.True(run.Status == "pass",
                $"{module}: {run.Run} {run.Status}: {string.Join("\n", terraform.Told(module))}"));
        });
    }

    [Theory, MemberData(nameof(Planted))]
    public void A_wrong_setting_fails_its_test(string name)
    {
        Assert.NotNull(Tool);
        var planted = PlantedMistakes.All.Single(planted => planted.Name == name);

        // Failed by its assertions: a copy that terraform cannot even plan would prove nothing.
        var run = Assert.Single(terraform.Runs(name));
        Assert.True(run == (planted.Run, "fail"), $"{run}: {string.Join("\n", terraform.Told(name))}");
        Assert.All(planted.Mistakes, mistake => Assert.Contains(terraform.Told(name),
            told => told.Contains(mistake.Answer, StringComparison.Ordinal)));
    }

    TerraformTool Tool
    {
        get
        {
            Assert.SkipWhen(terraform.Tool is null, terraform.Reason);
            return terraform.Tool!;
        }
    }
}
