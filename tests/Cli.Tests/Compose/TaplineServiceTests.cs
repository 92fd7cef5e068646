using Tapline.Cli.Configuration;
using Tapline.Cli.Verbs;
using Tapline.TestKit.Storage;

namespace Tapline.Cli.Tests.Compose;

/// <summary>What the containers of ours would run, asked of the program itself.</summary>
public sealed class TaplineServiceTests : IDisposable
{
    readonly TemporaryFolder _secrets = new("secrets");

    public TaplineServiceTests()
    {
        foreach (var secret in ComposeNode.File["secrets"].Keys)
            File.WriteAllText(Path.Combine(_secrets.FullPath, secret), "0123abcd");
    }

    public static TheoryData<string> Names() => [.. TaplineService.All.Select(static service => service.Name)];

    [Theory, MemberData(nameof(Names))]
    public void Its_command_lines_are_ones_that_the_program_takes(string name)
    {
        var service = Of(name);

        Assert.Equal(["dotnet", "/app/Tapline.Cli.dll"],
            service.Node["entrypoint"].Exists ? service.Node["entrypoint"].Texts.Take(2)
                : service.Node["healthcheck"]["test"].Texts.Skip(1).Take(2));
        Assert.Empty(CommandLine.Build().Parse(service.Command).Errors);
        if (service.Node["healthcheck"].Exists)
            Assert.Empty(CommandLine.Build().Parse(service.HealthCheck).Errors);
    }

    [Theory, MemberData(nameof(Names))]
    public void Its_configuration_is_one_that_is_taken_and_reads_only_secrets_it_was_given(string name)
    {
        var service = Of(name);
        if (service.Config(_secrets.FullPath) is not { } config)
        {
            Assert.Equal("query", name);
            return;
        }

        Assert.All(service.SecretsRead, secret => Assert.Contains(secret, service.Node["secrets"].Texts));
        Assert.Equal(service.Node["secrets"].Texts.Order(), service.SecretsRead.Distinct().Order());
        Assert.Equal(service.Command[^1], service.HealthCheck[^1]);
        var lake = Mounted(service, config.Lake.Path);
        Assert.Equal(service.Command[0] == "ingest", lake.ReadOnly);
        if (config.Log is LogConfig.Embedded embedded)
            Assert.False(Mounted(service, embedded.Path).ReadOnly);
        if (config.Source is not null)
        {
            var connection = ConnectionText.Parse(config.Source.Connection);
            Assert.Equal("0123abcd", connection.Password);
            Assert.Equal(ComposeNode.Services["postgres"]["environment"]["POSTGRES_DB"].Text, connection.Database);
            Assert.Contains(connection.Host!, service.Node["depends_on"].Keys);
            if (service.Command[0] is "run" or "ingest")
                Assert.False(Mounted(service, config.Source.Spool).ReadOnly);
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void It_writes_to_its_volumes_and_nowhere_else(string name)
    {
        var service = Of(name);

        Assert.Equal("true", service.Node["read_only"].Text);
        Assert.Equal($"tapline:{VersionVerb.Tapline}", service.Node["image"].Text);
        Assert.Equal("docker/Dockerfile", service.Node["build"]["dockerfile"].Text);
        Assert.Equal(ContainerFile.Image.User, service.Node["user"].Text);
        Assert.All(ServiceMount.Of(service.Node).Where(static mount => mount.IsVolume), static mount =>
            Assert.Contains(Path.GetRelativePath("/var/lib/tapline", mount.Target), ContainerFile.Image.Volumes));
    }

    [Fact]
    public void No_two_pipelines_share_a_name_a_slot_a_publication_or_a_lake()
    {
        var configs = TaplineService.All.Where(static service => service.Command[0] is "run" or "stream")
            .Select(service => service.Config(_secrets.FullPath)!).ToList();

        Assert.Equal(3, configs.Count);
        Assert.Distinct(configs.Select(static config => config.Name));
        Assert.Distinct(configs.Select(static config => config.Lake.Path));
        Assert.Distinct(configs.Select(static config => config.Source?.Slot));
        Assert.Distinct(configs.SelectMany(static config => config.Source?.Publications ?? []));
    }

    [Fact]
    public void The_query_reads_the_lake_of_the_minimal_stack_and_has_no_network()
    {
        var query = Of("query");
        var lake = Of("tapline").Config(_secrets.FullPath)!.Lake.Path;

        Assert.Equal(["sql", "--lake", lake], query.Command[..3]);
        Assert.Equal("none", query.Node["network_mode"].Text);
        Assert.True(Mounted(query, lake).ReadOnly);
    }

    public void Dispose() => _secrets.Dispose();

    static TaplineService Of(string name) => TaplineService.All.Single(service => service.Name == name);

    static ServiceMount Mounted(TaplineService service, string path) => ServiceMount.Of(service.Node).Single(mount =>
        mount.IsVolume && (path == mount.Target || path.StartsWith(mount.Target + "/", StringComparison.Ordinal)));
}
