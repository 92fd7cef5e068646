using System.Globalization;

namespace Tapline.Cli.Tests.Compose;

/// <summary>docker-compose.yml without an engine: that it is well-formed, and that every service is bounded.</summary>
public sealed class ComposeTests
{
    // Of the Compose specification, the words that this file needs.
    static readonly string[] ServiceKeys =
    [
        "build", "cap_drop", "command", "depends_on", "deploy", "entrypoint", "environment", "healthcheck", "image",
        "logging", "network_mode", "networks", "ports", "profiles", "read_only", "restart", "secrets", "security_opt",
        "shm_size", "stop_grace_period", "tmpfs", "user", "volumes",
    ];

    static readonly string[] HealthKeys = ["test", "interval", "timeout", "retries", "start_period"];

    public static TheoryData<string> Services() => [.. ComposeNode.Services.Keys];

    [Fact]
    public void The_two_stacks_hold_what_they_are_to_hold()
    {
        Assert.Equal(["postgres", "tapline"], Of("minimal"));
        Assert.Equal(
            ["connect", "connector", "ingest", "kafka", "localstack", "mosquitto", "postgres", "stream",
                "stream-debezium"],
            Of("full"));
        Assert.Equal(["query"], Of("tools"));
    }

    [Fact]
    public void The_file_has_no_word_that_compose_does_not_know()
    {
        Assert.All(ComposeNode.File.Keys, static key => Assert.True(
            key.StartsWith("x-", StringComparison.Ordinal)
            || key is "name" or "services" or "networks" or "volumes" or "secrets", key));
        foreach (var (name, service) in ComposeNode.Services)
        {
            Assert.All(service.Keys, key => Assert.True(ServiceKeys.Contains(key), $"{name}.{key}"));
            Assert.All(service["healthcheck"].Keys,
                key => Assert.True(HealthKeys.Contains(key), $"{name}.healthcheck.{key}"));
            Assert.Equal(["cpus", "memory"], service["deploy"]["resources"]["limits"].Keys.Order());
        }
    }

    [Theory, MemberData(nameof(Services))]
    public void What_a_service_refers_to_is_defined(string name)
    {
        var service = ComposeNode.Services[name];
        foreach (var needed in service["depends_on"].Keys)
        {
            Assert.Equal("service_healthy", service["depends_on"][needed]["condition"].Text);
            Assert.True(ComposeNode.Services[needed]["healthcheck"].Exists, $"{needed} has no health check");
            Assert.All(service["profiles"].Texts,
                profile => Assert.Contains(profile, ComposeNode.Services[needed]["profiles"].Texts));
        }
        Assert.All(service["secrets"].Texts, static secret => Assert.Equal(
            $"./docker/secrets/{secret}", ComposeNode.File["secrets"][secret]["file"].Text));
        Assert.True(service["networks"].Exists != service["network_mode"].Exists, "one way into a network");
        Assert.All(service["networks"].Texts,
            static network => Assert.Equal(network, ComposeNode.File["networks"][network]["name"].Text));
        foreach (var mount in ServiceMount.Of(service))
        {
            if (mount.IsVolume)
                Assert.Contains(mount.Source, ComposeNode.File["volumes"].Keys);
            else
                Assert.True(mount is { Exists: true, ReadOnly: true }, $"{mount} must be there, and not be written to");
        }
    }

    [Theory, MemberData(nameof(Services))]
    public void A_service_is_pinned_bounded_watched_and_nobody_special(string name)
    {
        var service = ComposeNode.Services[name];

        Assert.Matches(@"^[a-z0-9./-]+:\d[\w.-]*\.\d[\w.-]*$", service["image"].Text);
        Assert.DoesNotMatch("^(root|0)(:|$)", service["user"].Text);
        Assert.Equal(["ALL"], service["cap_drop"].Texts);
        Assert.Equal(["no-new-privileges:true"], service["security_opt"].Texts);
        Assert.Equal("10m", service["logging"]["options"]["max-size"].Text);
        var limits = service["deploy"]["resources"]["limits"];
        Assert.InRange(double.Parse(limits["cpus"].Text, CultureInfo.InvariantCulture), 0.1, 4);
        Assert.Matches(@"^\d+[mg]$", limits["memory"].Text);
        var isJob = service["restart"].Text is not "unless-stopped";
        Assert.True(!isJob || service["restart"].Text is "no" or "on-failure:5", service["restart"].Text);
        Assert.Equal(!isJob, service["healthcheck"].Exists);
        Assert.All(isJob ? [] : HealthKeys.Skip(1).Where(static key => key != "retries"),
            key => Assert.Matches(@"^\d+s$", service["healthcheck"][key].Text));
        Assert.True(isJob || service["healthcheck"]["test"].Texts is ["CMD", _, ..], "a check without a shell");
    }

    [Fact]
    public void Every_port_is_this_machines_alone_and_nobody_elses()
    {
        var ports = ComposeNode.Services.Values.SelectMany(static service => service["ports"].Texts).ToList();

        Assert.All(ports, static port => Assert.Matches(@"^127\.0\.0\.1:\d+:\d+$", port));
        Assert.Distinct(ports.Select(static port => port.Split(':')[1]));
    }

    [Fact]
    public void Every_volume_and_secret_that_is_defined_is_used()
    {
        var mounts = ComposeNode.Services.Values.SelectMany(ServiceMount.Of).Where(static mount => mount.IsVolume);
        var secrets = ComposeNode.Services.Values.SelectMany(static service => service["secrets"].Texts);

        Assert.Equal(ComposeNode.File["volumes"].Keys.Order(), mounts.Select(static m => m.Source).Distinct().Order());
        Assert.Equal(ComposeNode.File["secrets"].Keys.Order(), secrets.Distinct().Order());
    }

    [Fact]
    public async Task Compose_itself_takes_the_file()
    {
        var ct = TestContext.Current.CancellationToken;
        var none = new Dictionary<string, string>();
        Assert.SkipUnless((await DockerRun.RunAsync(none, ct, "compose", "version")).ExitCode == 0,
            "there is no docker compose here to ask");

        var run = await DockerRun.RunAsync(none, ct,
            "compose", "--profile", "minimal", "--profile", "full", "--profile", "tools", "config", "--quiet");

        Assert.True(run.ExitCode == 0, run.Errors);
    }

    static IEnumerable<string> Of(string profile) => ComposeNode.Services
        .Where(service => service.Value["profiles"].Texts.Contains(profile))
        .Select(static service => service.Key)
        .Order(StringComparer.Ordinal);
}
