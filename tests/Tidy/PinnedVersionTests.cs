using System.Text.RegularExpressions;

namespace Tapline.Tidy.Tests;

/// <summary>The versions that the code looks for against those that the set-up fetches.</summary>
public sealed partial class PinnedVersionTests
{
    [Fact]
    public void What_is_fetched_is_what_the_code_looks_for()
    {
        var fetched = Pins().Select(static pin => pin.Version).Distinct().Order(StringComparer.Ordinal);
        var looked = Repository.Lines("src/Native/NativeLibraries.cs")
            .Where(static line => VersionLine().IsMatch(line))
            .SelectMany(static line => Quoted().Matches(line))
            .Select(static match => match.Groups["text"].Value)
            .Where(static text => char.IsAsciiDigit(text[0]))
            .Order(StringComparer.Ordinal);

        Assert.Equal(looked, fetched);
    }

    [Fact]
    public void Every_platform_has_every_component_with_a_hash()
    {
        Assert.Equal(10, Pins().Count());
        Assert.All(Pins(), static pin => Assert.Equal(64, Convert.FromBase64String(pin.Hash).Length));
        Assert.All(Pins().Where(static pin => pin.Component != "librdkafka"), static pin =>
            Assert.EndsWith($"@{pin.Version}", pin.Package, StringComparison.Ordinal));
    }

    static IEnumerable<(string Component, string Version, string Package, string Hash)> Pins() =>
        Repository.Lines("eng/natives.pins")
            .Where(static line => line.Length > 0 && line[0] != '#')
            .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(static parts => (parts[0], parts[2], parts[3], parts[4]));

    [GeneratedRegex(@"public (const|static) string \w+Version\b")]
    private static partial Regex VersionLine();

    [GeneratedRegex("\"(?<text>[^\"]+)\"")]
    private static partial Regex Quoted();
}
