using System.Collections.Immutable;
using Tapline.Settings;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tapline.Models.Testing;

/// <summary>Reads the unit tests of a package: <c>tests/*.yaml</c>, each a list.</summary>
public static class UnitTestFile
{
    /// <summary>All tests of a package's folder. Throws <see cref="ConfigException"/> with every mistake.</summary>
    public static ImmutableArray<ModelUnitTest> ReadAll(string folder)
    {
        var tests = ImmutableArray.CreateBuilder<ModelUnitTest>();
        var problems = new List<string>();
        var path = Path.Combine(folder, "tests");
        var files = Directory.Exists(path) ? Directory.EnumerateFiles(path, "*.yaml") : [];
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            try
            {
                tests.AddRange(Parse(File.ReadAllText(file), file));
            }
            catch (ConfigException wrong)
            {
                problems.AddRange(wrong.Problems);
            }
        }
        return problems.Count == 0 ? tests.ToImmutable() : throw new ConfigException(problems);
    }

    /// <summary>The tests of one file's text.</summary>
    public static IEnumerable<ModelUnitTest> Parse(string yaml, string file)
    {
        if (YamlText.Node(yaml, file) is not YamlSequenceNode list)
            throw new ConfigException([$"{file}:1: must be a list of tests"]);
        var problems = new ConfigProblems(file);
        var tests = list.Select(node => Test(node, file, problems)).OfType<ModelUnitTest>().ToList();
        problems.ThrowIfAny();
        return tests;
    }

    static ModelUnitTest? Test(YamlNode node, string file, ConfigProblems problems)
    {
        if (node is not YamlMappingNode mapping)
        {
            problems.Add(node, "must be a test: test, model, given, expect");
            return null;
        }
        var section = new ConfigSection(mapping, "", problems, static _ => null);
        var test = new ModelUnitTest(
            section.Text("test"),
            $"{file}:{mapping.Start.Line}",
            section.Text("model"),
            [.. Groups(Child(mapping, section, "given"), problems)],
            [.. Rows(Child(mapping, section, "expect"), problems)])
        {
            Clock = section.Has("clock") ? section.Text("clock") : null,
        };
        if (section.Has("started_at"))
            test = test with { StartedAt = section.Text("started_at") };
        section.Close();
        return test;
    }

    static YamlNode? Child(YamlMappingNode mapping, ConfigSection section, string name) =>
        section.Has(name) ? mapping.Children[new YamlScalarNode(name)] : null;

    static IEnumerable<KeyValuePair<string, ImmutableArray<ImmutableArray<KeyValuePair<string, string?>>>>> Groups(
        YamlNode? node, ConfigProblems problems)
    {
        if (node is not YamlMappingNode groups)
            yield break;
        foreach (var (name, rows) in groups.Children)
            yield return new(name.ToString(), [.. Rows(rows, problems)]);
    }

    static IEnumerable<ImmutableArray<KeyValuePair<string, string?>>> Rows(YamlNode? node, ConfigProblems problems)
    {
        if (node is not YamlSequenceNode rows)
            yield break;
        foreach (var row in rows)
        {
            if (row is YamlMappingNode columns)
            {
                yield return
                [
                    .. columns.Children.Select(static pair =>
                        KeyValuePair.Create(pair.Key.ToString(), Value(pair.Value))),
                ];
            }
            else
                problems.Add(row, "must be a row: column: value");
        }
    }

    static string? Value(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain, Value: "null" or "~" or "" } ? null
        : node is YamlScalarNode scalar ? scalar.Value
        : node.ToString();
}
