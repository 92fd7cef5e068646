using Tapline.Lakehouse.DuckDb;
using Tapline.Models.Tests.Law;
using Tapline.TestKit;

namespace Tapline.Models.Tests.Queries;

/// <summary>The questions of the bar business, as its specification writes them down: each names tables and columns
/// that the package has.</summary>
public sealed class BusinessQueriesTests : IDisposable
{
    const string Versions = """
        , null::bigint as version, null::varchar as op, null::boolean as is_deleted, null::timestamptz as valid_from,
        null::timestamptz as valid_to, null::boolean as is_current
        """;

    readonly DuckDbDatabase _database = DuckDbDatabase.Open(options: new DuckDbOptions { Threads = 1 });
    readonly DuckDbConnection _connection;

    public BusinessQueriesTests()
    {
        _connection = _database.Connect();
        _connection.Execute("create schema entity; set TimeZone = 'UTC'");
        foreach (var model in TestPackage.Of(Path.Combine(Repository.Root, "models", "bar")).Stored)
        {
            if (model.Layer != "entity")
                continue;
            _connection.Execute($"create table entity.{model.Name} as {ModelCatalog.Empty(model.Columns)}");
            if (model.Tracked.IsEmpty)
                continue;
            string[] kept = [.. model.Key, .. model.Tracked, .. model.Carried];
            _connection.Execute($"create table entity.{model.Name}_history as "
                + $"select {string.Join(", ", kept.Distinct())} {Versions} from entity.{model.Name}");
        }
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    [Fact]
    public void Every_question_and_every_panel_finds_its_table_and_columns()
    {
        var folder = SharedData.Folder();
        Assert.SkipUnless(folder is not null, "../shared with the specification is not beside the project");
        var queries = Queries(File.ReadAllText(Path.Combine(folder, "DOMAIN.md"))).ToList();

        Assert.True(queries.Count >= 25 + 16, $"{queries.Count} queries found");
        Assert.All(queries, query => _connection.Execute(
            query.Replace("$from", "DATE '2025-03-01'", StringComparison.Ordinal)
                .Replace("$to", "DATE '2025-03-31'", StringComparison.Ordinal),
            TestContext.Current.CancellationToken));
    }

    // The blocks of SQL of the chapter on questions, cut at semicolons.
    static IEnumerable<string> Queries(string text)
    {
        var chapter = text[text.IndexOf("\n## 4. ", StringComparison.Ordinal)..];
        chapter = chapter[..chapter.IndexOf("\n## 5. ", StringComparison.Ordinal)];
        foreach (var block in chapter.Split("```sql\n").Skip(1))
        {
            var lines = block[..block.IndexOf("```", StringComparison.Ordinal)].Split('\n')
                .Where(static line => !line.StartsWith("--", StringComparison.Ordinal));
            foreach (var query in string.Join('\n', lines).Split(';'))
            {
                if (query.Trim().Length > 0)
                    yield return query;
            }
        }
    }
}
