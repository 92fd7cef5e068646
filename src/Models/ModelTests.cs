using System.Collections.Immutable;
using Tapline.Lakehouse.DuckDb;
using Tapline.Settings;

namespace Tapline.Models;

/// <summary>Reads what a header demands of its model's rows: <c>unique</c>, <c>not_null</c>, a comparison,
/// <c>accepted</c> values, <c>unique_with</c> other columns, a <c>relationship</c>, an expression.</summary>
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
            var found = section.IsGroup(column)
                ? Group(section.Section(column)!, column)
                : section.Texts(column, []).Select(text => Short(section, column, text)).OfType<ModelTest>();
            tests.AddRange(found.Select(test => test with { Line = section.LineOf(column) }));
        }
        return tests.ToImmutable();
    }

    static ModelTest? Short(ConfigSection section, string column, string text) =>
        Short(section, column, column, text);

    static ModelTest? Short(ConfigSection section, string setting, string column, string text)
    {
        var name = SqlText.Identifier(column);
        switch (text)
        {
            case "unique":
                return new ModelTest($"{column} unique", "") { Column = column, Unique = [column] };
            case "not_null":
                return new ModelTest($"{column} not_null", $"{name} is null") { Column = column };
            case var _ when text.Length > 1 && "<>=".Contains(text[0], StringComparison.Ordinal):
                return new ModelTest($"{column} {text}", $"not ({name} {text})") { Column = column };
            default:
                section.Reject(setting, $"must be unique, not_null, a comparison like \">= 0\", or a group of "
                    + $"is, accepted, unique_with, relationship and expression; found \"{text}\"");
                return null;
        }
    }

    static IEnumerable<ModelTest> Group(ConfigSection section, string column)
    {
        var name = SqlText.Identifier(column);
        foreach (var text in section.Texts("is", []))
        {
            if (Short(section, "is", column, text) is { } test)
                yield return test;
        }
        if (section.Texts("unique_with", []) is { Count: > 0 } others)
        {
            yield return new ModelTest($"{column} unique_with {string.Join(", ", others)}", "")
            {
                Column = column,
                Unique = [column, .. others],
            };
        }
        if (section.Texts("accepted", []) is { Count: > 0 } accepted)
        {
            var values = string.Join(", ", accepted.Select(SqlText.Literal));
            yield return new ModelTest($"{column} accepted", $"not ({name}::varchar in ({values}))")
            {
                Column = column,
            };
        }
        foreach (var text in section.Texts("relationship", []))
        {
            if (text.Split('.') is [{ Length: > 0 } table, { Length: > 0 } other])
                yield return Relationship(column, table, other);
            else
                section.Reject("relationship", $"must be table.column, found \"{text}\"");
        }
        foreach (var expression in section.Texts("expression", []))
            yield return new ModelTest($"{column}: {expression}", $"not ({expression})");
        section.Close();
    }

    static ModelTest Relationship(string column, string table, string other)
    {
        var (name, otherName) = (SqlText.Identifier(column), SqlText.Identifier(other));
        return new ModelTest(
            $"{column} relationship {table}.{other}",
            $"{name} is not null and {name} not in (select {otherName} "
            + $"from {SqlText.Identifier(table)} where {otherName} is not null)")
        {
            Column = column,
            Relationship = (table, other),
        };
    }
}
