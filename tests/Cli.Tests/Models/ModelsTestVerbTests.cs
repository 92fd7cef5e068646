using System.Text.Json;

namespace Tapline.Cli.Tests.Models;

public sealed class ModelsTestVerbTests : IDisposable
{
    const string Totals = """
        ---
        key: customer_id
        inputs: { orders: customer_id }
        tests:
          customer_id: { is: unique, relationship: customers.id }
          amount: ">= 0"
        ---
        select customer_id, sum(amount)::decimal(18, 2) as amount from orders group by all
        """;

    readonly ModelLake _lake = new();
    readonly StringWriter _output = new();
    readonly StringWriter _errors = new();

    public ModelsTestVerbTests() => _lake.Write("entity/totals.sql", Totals);

    public void Dispose() => _lake.Dispose();

    [Fact]
    public async Task Rows_of_the_lake_that_break_a_test_are_named()
    {
        await FillAsync("('a', 1.00), ('b', -2.00), ('c', -3.00)");

        Assert.Equal(ExitCode.Differences, await RunAsync());

        var said = _output.ToString();
        Assert.Contains("✓ totals: customer_id unique", said, StringComparison.Ordinal);
        Assert.Contains("✗ totals: amount >= 0: 2 rows", said, StringComparison.Ordinal);
        Assert.Contains("    customer_id b\n    customer_id c\n", said, StringComparison.Ordinal);
        Assert.Contains("✗ totals: customer_id relationship customers.id: 1 rows", said, StringComparison.Ordinal);
        Assert.Contains("1 passed, 2 failed", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_are_json_too()
    {
        await FillAsync("('a', 1.00), ('b', -2.00)");

        Assert.Equal(ExitCode.Differences, await RunAsync("--output", "json"));

        using var document = JsonDocument.Parse(_output.ToString());
        var failed = Assert.Single(
            document.RootElement.EnumerateArray(), static result => !result.GetProperty("passed").GetBoolean());
        Assert.Equal("totals", failed.GetProperty("model").GetString());
        Assert.Equal(1, failed.GetProperty("rows").GetInt64());
        Assert.Equal("b", failed.GetProperty("keys")[0].GetProperty("customer_id").GetString());
    }

    [Fact]
    public async Task Rows_that_are_right_pass()
    {
        await FillAsync("('a', 1.00), ('b', 2.00)");

        Assert.Equal(ExitCode.Success, await RunAsync());
    }

    [Fact]
    public async Task What_is_personal_in_a_key_is_not_printed()
    {
        _lake.Write("entity/addresses.sql", """
            ---
            key: [id, address]
            by: id
            inputs: { customers: id }
            tests: { address: "<> 'x@y.z'" }
            ---
            select id, lower(email) as address from customers
            """);
        await _lake.FillAsync("entity/addresses", "select * from (values ('a', 'x@y.z')) as t(id, address)");
        await FillAsync("('a', 1.00)");

        Assert.Equal(ExitCode.Differences, await RunAsync());

        Assert.Contains("    id a, address (personal)\n", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("id a, address x@y.z", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_the_lake_has_not_yet_is_named()
    {
        await _lake.CommitAsync();

        Assert.Equal(ExitCode.Success, await RunAsync());

        Assert.Contains("! totals: is not in the lake yet", _output.ToString(), StringComparison.Ordinal);
    }

    async Task FillAsync(string rows)
    {
        await _lake.FillAsync(
            "current/shop.customers",
            "select * from (values ('a', 'x@y.z', 'new'), ('b', 'b', null)) as c(id, email, status)");
        await _lake.FillAsync(
            "entity/totals",
            $"select customer_id, amount::decimal(18, 2) as amount from (values {rows}) as t(customer_id, amount)");
        await _lake.CommitAsync();
    }

    Task<int> RunAsync(params string[] arguments) => CommandLine.RunAsync(
        ["models", "test", _lake.Package, "--lake", _lake.Lake, .. arguments], _output, _errors);
}
