using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Cli.Tests.Serving;
using Tapline.Contracts;
using Tapline.Contracts.Sources;

namespace Tapline.Cli.Tests.Verbs;

public sealed class ServeVerbTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lake_that_is_not_there_and_an_open_address_are_refused_in_words()
    {
        using var lake = await GivenLake.OfTwoTenantsAsync();
        foreach (var (args, told) in new[]
        {
            (new[] { "serve", "--lake", Path.Combine(lake.Folder.FullName, "nothing") }, "there is no lake"),
            (["serve", "--lake", lake.Folder.FullName, "--address", "0.0.0.0"], "open to the network"),
            (["serve", "--lake", lake.Folder.FullName, "--address", "here"], "is no address"),
        })
        {
            using var errors = new StringWriter();
            Assert.Equal(ExitCode.Failure, await CommandLine.RunAsync(args, TextWriter.Null, errors));
            Assert.Contains(told, errors.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_folder_is_served_on_a_free_port_and_a_taken_one_is_told()
    {
        using var files = await GivenLake.OfTwoTenantsAsync();
        var lake = LakeSettings.Of(files.Folder.FullName);
        await using var parts = await StartAsync(0);
        using var client = new HttpClient { BaseAddress = parts.Http.Address };
        Assert.Contains("ready", await client.GetStringAsync("/health/ready", Ct), StringComparison.Ordinal);
        var taken = await Assert.ThrowsAsync<TaplineException>(() => StartAsync(parts.Http.Address.Port));
        Assert.Contains("--port", taken.Hint, StringComparison.Ordinal);

        Task<ServeParts> StartAsync(int port) => ServeParts.StartAsync(
            lake, ServeConfig.Local with { HttpPort = port }, SourceDeclarations.None, "", TimeProvider.System,
            NullLoggerFactory.Instance, Ct);
    }
}
