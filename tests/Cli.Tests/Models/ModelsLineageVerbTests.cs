using System.Text.Json;

namespace Tapline.Cli.Tests.Models;

public sealed class ModelsLineageVerbTests : IDisposable
{
    readonly ModelLake _lake = new();
    readonly StringWriter _output = new();
    readonly StringWriter _errors = new();

    public ModelsLineageVerbTests()
    {
        _lake.Write("stage/totals.sql", """
            ---
            key: customer_id
            inputs: { orders: customer_id }
            ---
            select customer_id, sum(amount)::decimal(18, 2) as amount from orders group by all
            """);
        _lake.Write("entity/entity_customers.sql", """
            ---
            key: customer_id
            inputs: { customers: id, totals: customer_id }
            ---
            select id as customer_id, upper(email) as address, amount
            from customers left join totals on totals.customer_id = customers.id
            """);
    }

    public void Dispose() => _lake.Dispose();

    [Fact]
    public async Task A_columns_sources_and_what_follows_from_it_are_shown()
    {
        Assert.Equal(ExitCode.Success, await RunAsync("--column", "entity_customers.amount"));

        Assert.Equal("""
            entity_customers.amount
              computed from
                totals.amount
                customers.id   filter
                totals.customer_id   filter
              follows from the sources' columns
                shop.orders.amount
                shop.customers.id   filter
                shop.orders.customer_id   filter

            """, _output.ToString());
    }

    [Fact]
    public async Task From_a_source_the_way_goes_down()
    {
        Assert.Equal(
            ExitCode.Success, await RunAsync("--column", "shop.orders.amount", "--downstream", "--output", "json"));

        using var document = JsonDocument.Parse(_output.ToString());
        Assert.Equal(
            ["entity_customers.amount", "totals.amount"],
            document.RootElement.GetProperty("downstream").EnumerateArray()
                .Select(static edge => edge.GetProperty("column").GetString()));
        Assert.False(document.RootElement.TryGetProperty("sources", out _));
    }

    [Fact]
    public async Task All_edges_of_a_package_are_shown()
    {
        Assert.Equal(ExitCode.Success, await RunAsync());

        Assert.Contains("  address < customers.email\n", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("  rows by orders.customer_id\n", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelt_column_is_answered_with_the_nearest()
    {
        Assert.Equal(ExitCode.Failure, await RunAsync("--column", "entity_customers.amonut"));

        Assert.Contains("did you mean entity_customers.amount?", _errors.ToString(), StringComparison.Ordinal);
    }

    Task<int> RunAsync(params string[] arguments) =>
        CommandLine.RunAsync(["models", "lineage", _lake.Package, .. arguments], _output, _errors);
}
