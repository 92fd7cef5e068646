using Tapline.Cli.Configuration;

namespace Tapline.Cli.Tests.Compose;

/// <summary>A service that runs our image: its command lines, and the configuration that is mounted for it.</summary>
sealed record TaplineService(string Name, ComposeNode Node)
{
    const string Program = "/app/Tapline.Cli.dll";
    const string Secrets = "/run/secrets/";

    public static IReadOnlyList<TaplineService> All { get; } =
    [
        .. ComposeNode.Services
            .Where(static service => service.Value["image"].Text.StartsWith("tapline:", StringComparison.Ordinal))
            .Select(static service => new TaplineService(service.Key, service.Value)),
    ];

    /// <summary>What the container runs, as arguments of our program.</summary>
    public string[] Command => [.. Node["entrypoint"].Texts.Skip(2), .. Node["command"].Texts];

    /// <summary>What its health check runs, as arguments of our program; empty for a job.</summary>
    public string[] HealthCheck => [.. Node["healthcheck"]["test"].Texts.SkipWhile(static word => word != Program)
        .Skip(1)];

    /// <summary>Where its configuration is mounted from; null when it has none.</summary>
    public ServiceMount? ConfigMount => Array.IndexOf(Command, "--config") is var at and >= 0
        ? ServiceMount.Of(Node).Single(mount => mount.Target == Command[at + 1])
        : null;

    /// <summary>Its configuration, with the secrets of a folder in the place of the mounted ones.</summary>
    public PipelineConfig? Config(string secretsFolder) => ConfigMount is { } mount
        ? ConfigFile.Parse(
            File.ReadAllText(mount.File).Replace(Secrets, secretsFolder + "/", StringComparison.Ordinal),
            mount.Source, "/etc/tapline", static _ => null)
        : null;

    /// <summary>The secrets that its configuration reads.</summary>
    public IEnumerable<string> SecretsRead => ConfigMount is { } mount
        ? File.ReadAllText(mount.File).Split("${file:" + Secrets).Skip(1).Select(static rest => rest.Split('}')[0])
        : [];
}
