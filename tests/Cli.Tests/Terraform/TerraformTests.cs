namespace Tapline.Cli.Tests.Terraform;

/// <summary>What terraform itself says of our modules, offline and with a provider that answers by itself; skipped
/// where there is no terraform.</summary>
public sealed class TerraformTests(TerraformFixture terraform) : IClassFixture<TerraformFixture>
{
    const string Commit = "current/app.a/_delta_log/00000000000000000007.json";
    const string Intent = "_tapline/lanes/0/00000000000000000007.json";
    const string Everything = """{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}""";

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

    [Theory]
    [InlineData("writer", "PutObject", Commit, "s3:if-none-match=*", true)]
    [InlineData("writer", "PutObject", Commit, "", false)]
    [InlineData("writer", "PutObject", Commit, "s3:if-match=etag", false)]
    [InlineData("writer", "PutObject", Commit, "s3:ObjectCreationOperation=false", true)] // A part of an upload.
    [InlineData("writer", "PutObject", Intent, "s3:if-none-match=*", true)]
    [InlineData("writer", "PutObject", Intent, "", false)]
    [InlineData("writer", "PutObject", "current/app.a/_delta_log/_last_checkpoint", "", true)]
    [InlineData("writer", "PutObject", "current/app.a/part-1.parquet", "", true)]
    [InlineData("writer", "PutObject", "current/app.a/part-1.parquet", "s3:x-amz-server-side-encryption=AES256", false)]
    [InlineData("writer", "PutObject", "models/a.sql", "", false)]
    [InlineData("writer", "DeleteObject", Intent, "", true)]
    [InlineData("writer", "DeleteObject", Commit, "", false)]
    [InlineData("writer", "DeleteObject", "current/app.a/part-1.parquet", "", false)]
    [InlineData("writer", "GetObject", Commit, "aws:SecureTransport=false", false)]
    [InlineData("writer", "PutBucketPolicy", "", "", false)]
    [InlineData("maintenance", "DeleteObject", Commit, "", true)]
    [InlineData("maintenance", "DeleteObjectVersion", Commit, "", false)]
    [InlineData("maintenance", "DeleteObject", "history/app.a/part-1.parquet", "", true)]
    [InlineData("maintenance", "PutObject", Commit, "", false)]
    [InlineData("reader", "GetObject", Commit, "", true)]
    [InlineData("reader", "ListBucket", "", "", true)]
    [InlineData("reader", "GetObject", "quarantine/part-1.parquet", "", false)]
    [InlineData("reader", "GetObject", Intent, "", false)]
    [InlineData("reader", "PutObject", "current/app.a/part-1.parquet", "", false)]
    [InlineData("administrator", "PutObject", Commit, "", false)]
    [InlineData("administrator", "DeleteObject", Commit, "", false)]
    [InlineData("administrator", "DeleteObject", "current/app.a/part-1.parquet", "", true)]
    public void A_request_to_the_lake_is_answered_as_it_should_be(
        string who, string action, string key, string context, bool allowed)
    {
        Assert.NotNull(Tool);
        var keys = new Dictionary<string, string>
        {
            ["aws:PrincipalArn"] = $"arn:aws:iam::123456789012:role/tapline-dev-{who}",
            ["aws:SecureTransport"] = "true",
            ["s3:ObjectCreationOperation"] = "true",
        };
        if (context.Split('=') is [var name, var value])
            keys[name] = value;
        var resource = $"arn:aws:s3:::tapline-dev-lake-123456789012{(key.Length > 0 ? $"/{key}" : "")}";
        var policies = terraform.Policies();

        var request = new AccessRequest($"s3:{action}", resource, keys);

        Assert.Equal(allowed, request.IsAllowedBy(policies.GetValueOrDefault(who, Everything), policies["lake"]));
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
