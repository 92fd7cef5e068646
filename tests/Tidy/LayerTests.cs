using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Tapline.Tidy.Tests;

/// <summary>The picture of the layers in docs/architecture.md against the project files.</summary>
public sealed partial class LayerTests
{
    [Fact]
    public void The_drawn_references_are_the_built_ones() => Assert.Equal(
        Built().Select(static project => $"{project.Name} -> {string.Join(", ", project.References)}"),
        Drawn().Select(static project => $"{project.Name} -> {string.Join(", ", project.References)}"));

    [Fact]
    public void A_project_refers_only_to_layers_below_its_own()
    {
        var layers = Drawn().ToDictionary(static project => project.Name, static project => project.Layer);

        Assert.All(Drawn(), project => Assert.All(project.References, reference =>
            Assert.True(layers[reference] < project.Layer, $"{project.Name} -> {reference}")));
    }

    static IEnumerable<(int Layer, string Name, string[] References)> Drawn() =>
        Repository.Lines("docs/architecture.md")
            .SkipWhile(static line => line != "```layers").Skip(1)
            .TakeWhile(static line => line != "```")
            .Select(static line => LayerLine().Match(line))
            .Select(static match => (
                int.Parse(match.Groups["layer"].Value),
                match.Groups["name"].Value,
                match.Groups["references"].Value
                    .Split(", ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                    .Order(StringComparer.Ordinal).ToArray()))
            .OrderBy(static project => project.Item2, StringComparer.Ordinal);

    static IEnumerable<(string Name, string[] References)> Built() =>
        Repository.Files(".csproj", "src")
            .Select(static file => (
                ShortName(file),
                XDocument.Load(Path.Combine(Repository.Root, file)).Descendants("ProjectReference")
                    .Select(static reference => ShortName(reference.Attribute("Include")!.Value))
                    .Order(StringComparer.Ordinal).ToArray()))
            .OrderBy(static project => project.Item1, StringComparer.Ordinal);

    static string ShortName(string file) => Path.GetFileNameWithoutExtension(file).Split('.')[^1];

    [GeneratedRegex(@"^(?<layer>\d)\s+(?<name>\w+) ->\s*(?<references>.*)$")]
    private static partial Regex LayerLine();
}
