using Tapline.Models.Tests.Law;
using Tapline.Settings;

namespace Tapline.Models.Tests.Loading;

public sealed class PackageLoaderTests
{
    const string File = "stage/wrong.sql";

    [Theory]
    [InlineData("key: id\ninputs: { accounts: id }", "select id, nmae from accounts", "\"name\"")]
    [InlineData("key: id\ninputs: { acounts: id }", "select id from acounts", "did you mean \"accounts\"?")]
    [InlineData("key: id\ninputs: { accounts: id }", "select a.id, p.price\nfrom accounts a join plans p on true",
        "there is no path from plans to the key (id)")]
    [InlineData("key: id\ninputs: { accounts: idd }", "select id from accounts", "did you mean \"id\"?")]
    [InlineData("key: id\ninputs: { payments: id }", "select id::varchar as id from payments",
        "keys must have one type")]
    [InlineData("key: id\ninputs: { accounts: id }", "select id, now() as at from accounts", "calls now")]
    [InlineData("key: id\ninputs: { accounts: id }", "select id, current_date as day from accounts",
        "calls current_date")]
    [InlineData("key: id\ninputs: { accounts: id }", "select id, c.as_of from accounts, clock c",
        "time: date or time: tick")]
    [InlineData("key: id\ninputs: { accounts: id }", "select id, [name] as names from accounts",
        "which is no type of the lake")]
    [InlineData("key: idd\ninputs: { accounts: id }", "select id from accounts", "did you mean \"id\"?")]
    [InlineData("key: id\ninputs: { accounts: id }", "select id from accounts where", "Parser Error")]
    [InlineData("key: id\nkeys: id\ninputs: { accounts: id }", "select id from accounts", "keys is not a setting")]
    [InlineData("key: id\ninputs: { accounts: \"id = plans.id\", plans: \"id = accounts.id\" }",
        "select a.id from accounts a join plans p using (id)", "comes back to")]
    [InlineData("kind: fold\nkey: device_id", "select device_id, avg(volume_ml) as mean from iot_pour group by 1",
        "cannot be merged from parts")]
    [InlineData("kind: fold\nkey: device_id",
        "select device_id, sum(volume_ml) / count(*) as mean from iot_pour group by 1",
        "cannot be merged from parts")]
    [InlineData("kind: fold\nkey: account_id",
        "select account_id, max(amount) as most, count(*) as n from payments group by 1",
        "cannot take back")]
    [InlineData("kind: fold\nkey: account_id",
        "select account_id, coalesce(sum(amount), 0) as sum from payments group by 1",
        "needs a column count(*)")]
    [InlineData("key: id\ninputs: { accounts: id }\ntests: { idd: unique }", "select id from accounts",
        "did you mean \"id\"?")]
    [InlineData("key: id\ninputs: { accounts: id }\ntests: { id: uniq }", "select id from accounts", "must be unique")]
    [InlineData("key: id\ninputs: { accounts: id }\ntests: { id: { unique_with: nam } }",
        "select id, name from accounts", "did you mean \"name\"?")]
    [InlineData("key: id\ninputs: { accounts: id }\ntests: { id: { expression: nam = id } }",
        "select id, name from accounts", "cannot be run: Binder Error")]
    [InlineData("key: id\ninputs: { accounts: id }\ntests: { id: { expression: id > } }",
        "select id from accounts", "cannot be run: Parser Error")]
    [InlineData("key: id\ninputs: { accounts: id }\ntests: { name: \">= date '2020-01-01'\" }",
        "select id, 7 as name from accounts", "cannot be run: Binder Error")]
    [InlineData("key: id\ninputs: { accounts: id }\ntests: { id: { expression: now() > '2020-01-01' } }",
        "select id from accounts", "calls now")]
    [InlineData("key: id\ninputs: { accounts: id }\ntests: { id: { relationship: accounts } }",
        "select id from accounts", "must be table.column")]
    [InlineData("key: id\ninputs: { accounts: id }\ntests: { id: { relationship: account.id } }",
        "select id from accounts", "did you mean \"accounts\"?")]
    [InlineData("key: id\ninputs: { accounts: id }\ntests: { id: { relationship: accounts.idd } }",
        "select id from accounts", "did you mean \"id\"?")]
    [InlineData("kind: snapshot\nkey: id\ninputs: { accounts: id }", "select id from accounts",
        "the columns of the key without the date")]
    [InlineData("key: id\nby: []\ninputs: { accounts: id }", "select id from accounts", "say all")]
    [InlineData("key: id\ninputs: { accounts: id }\nclosed: nam", "select id, name from accounts",
        "did you mean \"name\"?")]
    public void A_mistake_is_told_with_its_file(string header, string sql, string what)
    {
        header += header.Contains("inputs", StringComparison.Ordinal) ? "" : "\ndescription: wrong";

        var wrong = Assert.Throws<ConfigException>(() => TestPackage.With((File, $"---\n{header}\n---\n{sql}\n")));

        Assert.Contains(wrong.Problems, problem =>
            problem.Contains(what, StringComparison.Ordinal)
            && problem.Contains("wrong.sql:", StringComparison.Ordinal));
    }

    [Fact]
    public void A_mistake_of_a_test_is_told_with_its_line()
    {
        var wrong = Assert.Throws<ConfigException>(() => TestPackage.With((File,
            "---\nkey: id\ninputs: { accounts: id }\ntests:\n  id: unique\n  name: { relationship: no_such.id }\n"
            + "---\nselect id, name from accounts\n")));

        var problem = Assert.Single(wrong.Problems);
        Assert.Contains("wrong.sql:6: ", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_test_can_name_a_model_that_comes_later()
    {
        var package = TestPackage.With(
            ("stage/a.sql", "---\nkey: id\ninputs: { accounts: id }\ntests: { id: { relationship: b.id } }\n---\n"
                + "select id from accounts\n"),
            ("stage/b.sql", "---\nkey: id\ninputs: { a: id }\n---\nselect id from a\n"));

        Assert.Equal(("b", "id"), Assert.Single(package.Find("a")!.Tests).Relationship);
    }

    [Fact]
    public void Models_that_read_each_other_in_a_circle_are_refused()
    {
        var wrong = Assert.Throws<ConfigException>(() => TestPackage.With(
            ("stage/one.sql", "---\nkey: id\ninputs: { two: id }\n---\nselect id from two\n"),
            ("stage/two.sql", "---\nkey: id\ninputs: { one: id }\n---\nselect id from one\n")));

        Assert.Contains(wrong.Problems, problem => problem.Contains("reads itself", StringComparison.Ordinal));
    }

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        var wrong = Assert.Throws<ConfigException>(() => TestPackage.With(
            ("stage/one.sql", "---\nkey: id\ninputs: { accounts: id }\n---\nselect id, nmae from accounts\n"),
            ("stage/two.sql", "---\nkey: id\ninputs: { accounts: id }\n---\nselect id, now() as at from accounts\n")));

        Assert.Contains(wrong.Problems, problem => problem.Contains("one.sql:5", StringComparison.Ordinal));
        Assert.Contains(wrong.Problems, problem => problem.Contains("two.sql:5", StringComparison.Ordinal));
    }

    [Fact]
    public void Models_stand_after_those_that_they_read()
    {
        var models = TestPackage.Small().Models.Select(model => model.Name).ToList();

        Assert.True(models.IndexOf("device_accounts") < models.IndexOf("account_days"));
        Assert.True(models.IndexOf("account_days") < models.IndexOf("entity_accounts"));
        Assert.True(models.IndexOf("entity_accounts") < models.IndexOf("high_value"));
    }
}
