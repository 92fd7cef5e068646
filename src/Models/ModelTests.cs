using System.Collections.Immutable;
using Tapline.Lakehouse.DuckDb;
using Tapline.Settings;

namespace Tapline.Models;

/// <summary>Reads what a header demands of its model's rows: <c>unique</c>, <c>not_null</c>, a comparison,
/// <c>accepted</c> values, a <c>relationship</c>, an expression.</summary>
static class ModelTests
{
    /// <summary>The tests of a header.</summary>
    public static ImmutableArray<ModelTest> Read(ConfigSection header)
    {
        if (header.Section("tests") is not { } section)
            return [];
        var tests = ImmutableArray.CreateBuilder<ModelTest>();
        foreach (var column in section.Names())
        {
            var texts = section.IsGroup(column) ? [] : section.Texts(column, []);
            if (section.IsGroup(column))
                tests.AddRange(Group(section.Section(column)!, column));
            tests.AddRange(texts.Select(text => Short(section, column, text)).OfType<ModelTest>());
        }
        return tests.ToImmutable();
    }

    static ModelTest? Short(ConfigSection section, string column, string text)
    {
        var name = SqlText.Identifier(column);
        switch (text)
        {
            case "unique":
                return new ModelTest($"{column} unique", "") { Unique = [column] };
            case "not_null":
                return new ModelTest($"{column} not_null", $"{name} is null");
            case var _ when text.Length > 1 && "<>=".Contains(text[0], StringComparison.Ordinal):
                return new ModelTest($"{column} {text}", $"not ({name} {text})");
            default:
                section.Reject(column, $"must be unique, not_null, a comparison like \">= 0\", or a group of accepted, "
                    + $"relationship and expression; found \"{text}\"");
                return null;
        }
    }

    static IEnumerable<ModelTest> Group(ConfigSection section, string column)
    {
        var name = SqlText.Identifier(column);
        foreach (var text in section.Texts("is", []))
        {
            if (Short(section, column, text) is { } test)
                yield return test;
        }
        if (section.Texts("accepted", []) is { Count: > 0 } accepted)
        {
            var values = string.Join(", ", accepted.Select(SqlText.Literal));
            yield return new ModelTest($"{column} accepted", $"not ({name}::varchar in ({values}))");
        }
        if (section.Text("relationship", "").Split('.') is [var table, var other])
        {
            yield return new ModelTest(
                $"{column} relationship {table}.{other}",
                $"{name} is not null and {name} not in (select {SqlText.Identifier(other)} "
                + $"from {SqlText.Identifier(table)} where {SqlText.Identifier(other)} is not null)");
        }
        foreach (var expression in section.Texts("expression", []))
            yield return new ModelTest($"{column}: {expression}", $"not ({expression})");
        section.Close();
    }
}
