using System.Globalization;
using System.Text;
using Tapline.Cli.Demo;

namespace Tapline.Cli.Tests.Demo;

public sealed class BarWorkloadTests
{
    [Fact]
    public void Equal_seeds_give_equal_rows_and_changes() => Assert.Equal(Story(seed: 7, 3_000), Story(seed: 7, 3_000));

    [Fact]
    public void Another_seed_gives_another_story() => Assert.NotEqual(Story(seed: 7, 10), Story(seed: 8, 10));

    [Fact]
    public void The_story_has_everything_that_makes_change_capture_hard()
    {
        var model = new BarModel(1);
        Consume(new BarBase(model));
        var statements =
            new BarWorkload(model).Transactions().Take(5_000).SelectMany(static t => t.Statements).ToList();

        Assert.Single(statements, static s => s.Sql.StartsWith("ALTER TABLE", StringComparison.Ordinal));
        Assert.Single(statements, static s => s.Sql.StartsWith("TRUNCATE", StringComparison.Ordinal));
        Assert.Contains(statements, static s => s.Sql.StartsWith("DELETE", StringComparison.Ordinal));
        Assert.Contains(statements, static s => s.Sql.Contains("SET spend_date", StringComparison.Ordinal));
        Assert.Contains(statements, static s => s.Values.Any(static v => v is string { Length: > 8_192 }));
        Assert.Contains(statements, static s => s.Sql.Contains("loyalty_tier = ", StringComparison.Ordinal));
    }

    [Fact]
    public void Copy_text_escapes_what_copy_would_misread()
    {
        var text = new StringBuilder();
        CopyText.Append(text, "a\tb\\c\nd", null, true, 1.50m, new DateOnly(2025, 3, 8), new[] { "x", "y" });

        Assert.Equal("a\\tb\\\\c\\nd\t\\N\tt\t1.50\t2025-03-08\t{x,y}\n", text.ToString());
    }

    static string Story(int seed, int transactions)
    {
        var model = new BarModel(seed);
        var story = new StringBuilder();
        foreach (var (table, columns, rows) in new BarBase(model).Tables())
            story.Append(table).Append(columns).Append(rows);
        foreach (var transaction in new BarWorkload(model).Transactions().Take(transactions))
        {
            foreach (var statement in transaction.Statements)
                story.Append(statement.Sql).AppendJoin('|', statement.Values.Select(Text)).AppendLine();
        }
        return story.ToString();
    }

    static void Consume(BarBase rows)
    {
        foreach (var _ in rows.Tables())
        {
            // Producing the rows fills the model.
        }
    }

    static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "null";
}
