using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;
using Tapline.Settings;

namespace Tapline.Models;

/// <summary>Checks what headers demand of rows: over columns and relations that there are, of types that compare, with
/// the same answer every time.</summary>
/// <param name="connection">Has every relation and bound model of the package, without rows.</param>
/// <param name="columnsOf">The columns of a relation or model; null for none.</param>
/// <param name="names">The names of all relations and models.</param>
/// <param name="isVolatile">Whether a function has another answer each time.</param>
sealed class TestCheck(
    DuckDbConnection connection,
    Func<string, ImmutableArray<ColumnSchema>?> columnsOf,
    IReadOnlyCollection<string> names,
    Func<string, bool> isVolatile)
{
    /// <summary>What is wrong with a test of a model; null for nothing.</summary>
    public string? Problem(Model model, ModelTest test)
    {
        foreach (var name in test.Unique.IsEmpty && test.Column.Length > 0 ? [test.Column] : test.Unique)
        {
            if (Missing(model.Name, name, model.Columns) is { } missing)
                return missing;
        }
        if (test.Relationship is { } other)
        {
            if (columnsOf(other.Relation) is not { } otherColumns)
            {
                return $"the test \"{test.Name}\" names \"{other.Relation}\", which is no source and no model"
                    + Near(other.Relation, names);
            }
            if (Missing(other.Relation, other.Column, otherColumns) is { } otherColumn)
                return otherColumn;
        }
        if (test.Condition.Length == 0)
            return null;
        var sql = $"select 1 from {SqlText.Identifier(model.Name)} where {test.Condition}";
        try
        {
            if (SqlTree.Parse(connection, sql).Functions.FirstOrDefault(isVolatile) is { } function)
                return $"the test \"{test.Name}\" calls {function}, whose answer is another one each time";
            connection.Prepare(sql).Dispose();
            return null;
        }
        catch (DuckDbException failure)
        {
            return $"the test \"{test.Name}\" cannot be run: {failure.Message.Split('\n')[0]}";
        }
    }

    static string? Missing(string relation, string column, ImmutableArray<ColumnSchema> columns)
    {
        var known = columns.Select(static each => each.Name).ToList();
        return known.Contains(column)
            ? null
            : $"tests name \"{column}\", which is no column of {relation}{Near(column, known)}";
    }

    static string Near(string word, IEnumerable<string> candidates) =>
        Spelling.Nearest(word, candidates) is { } near ? $"; did you mean \"{near}\"?" : "";
}
