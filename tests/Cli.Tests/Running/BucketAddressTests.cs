using Tapline.Cli.Running;
using Tapline.Contracts;

namespace Tapline.Cli.Tests.Running;

public sealed class BucketAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:7480/lake", "http://127.0.0.1:7480/", "lake")]
    [InlineData("https://s3.example.com/lake/", "https://s3.example.com/", "lake")]
    public void An_address_names_a_service_and_a_bucket(string text, string endpoint, string bucket) =>
        Assert.Equal(new BucketAddress(new Uri(endpoint), bucket), BucketAddress.Parse(text));

    [Theory]
    [InlineData("lake")]
    [InlineData("s3://lake")]
    [InlineData("http://127.0.0.1:7480")]
    [InlineData("http://127.0.0.1:7480/lake/prefix")]
    public void What_names_no_bucket_is_refused(string text) =>
        Assert.Throws<TaplineException>(() => BucketAddress.Parse(text));

    [Fact]
    public async Task Faults_on_an_encrypted_way_are_refused_before_anything_is_made()
    {
        using var errors = new StringWriter();
        var folder = Path.Combine(Path.GetTempPath(), $"tapline-chaos-{Guid.NewGuid():N}");

        var code = await CommandLine.RunAsync(
            ["chaos", "--s3", "https://127.0.0.1:1/lake", "--dir", folder], TextWriter.Null, errors);

        Assert.NotEqual(ExitCode.Success, code);
        Assert.Contains("encrypted", errors.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }
}
