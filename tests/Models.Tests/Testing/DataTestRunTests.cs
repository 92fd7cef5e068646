using Tapline.Lakehouse.DuckDb;
using Tapline.Models.Testing;
using Tapline.Models.Tests.Law;

namespace Tapline.Models.Tests.Testing;

public sealed class DataTestRunTests : IDisposable
{
    const string Sql = """
        ---
        key: [account_id, day]
        by: account_id
        inputs: { accounts: id }
        tests:
          account_id: [unique, not_null]
          day: { is: "> 0", unique_with: [account_id] }
          status: { accepted: [trial, active], relationship: plans.id, expression: [status <> 'trial' or day < 9] }
        ---
        select id as account_id, 1 as day, status from accounts
        """;

    readonly DuckDbDatabase _database = DuckDbDatabase.Open(options: new DuckDbOptions { Threads = 1 });
    readonly DuckDbConnection _connection;
    readonly Model _model = TestPackage.With(("stage/days.sql", Sql)).Find("days")!;

    public DataTestRunTests()
    {
        _connection = _database.Connect();
        _connection.Execute("create table days (account_id varchar, day integer, status varchar)");
        _connection.Execute("create table plans as select * from (values ('active'), ('trial')) as p(id)");
    }

    [Fact]
    public void Rows_that_are_right_pass_every_test()
    {
        Insert("('a', 1, 'active')", "('b', 2, null)");

        Assert.All(_model.Tests, test => Assert.True(Run(test).Passed, test.Name));
    }

    [Theory]
    [InlineData("account_id unique", "('a', 1, null), ('a', 2, null), ('b', 1, null)", 2, "a/1 a/2")]
    [InlineData("account_id not_null", "(null, 1, null), ('b', 1, null)", 1, "null/1")]
    [InlineData("day > 0", "('a', 0, null), ('b', 1, null)", 1, "a/0")]
    [InlineData("day unique_with account_id",
        "('a', 1, null), ('a', 1, null), ('a', 2, null), (null, 3, null), (null, 3, null)",
        2, "a/1")]
    [InlineData("status accepted", "('a', 1, 'closed'), ('b', 1, 'trial')", 1, "a/1")]
    [InlineData("status relationship plans.id", "('a', 1, 'closed'), ('b', 1, 'trial'), ('c', 1, null)", 1, "a/1")]
    [InlineData("status <> 'trial' or day < 9", "('a', 9, 'trial'), ('b', 9, 'active')", 1, "a/9")]
    public void Rows_that_break_a_test_are_counted_and_named(string test, string rows, long count, string keys)
    {
        Insert(rows);

        var result = Run(_model.Tests.Single(each => each.Name.EndsWith(test, StringComparison.Ordinal)));

        Assert.Equal(count, result.Rows);
        Assert.Equal(keys, string.Join(' ', result.Keys.Select(static key =>
            string.Join('/', key.Select(static value => value ?? "null")))));
    }

    [Fact]
    public void No_more_than_five_keys_are_named()
    {
        _connection.Execute("insert into days select 'k' || i, 0, null from range(20) as r(i)");

        var result = Run(_model.Tests.Single(static test => test.Name == "day > 0"));

        Assert.Equal(20, result.Rows);
        Assert.Equal(5, result.Keys.Length);
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    void Insert(params string[] rows) => _connection.Execute($"insert into days values {string.Join(", ", rows)}");

    DataTestResult Run(ModelTest test) =>
        DataTestRun.Run(_connection, _model, test, TestContext.Current.CancellationToken);
}
