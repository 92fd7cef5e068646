using System.Text.Json;
using Tapline.Cli.Configuration;
using Tapline.Models;

namespace Tapline.Cli.Tests.Models;

public sealed class ModelsPlanVerbTests : IDisposable
{
    const string Totals = """
        ---
        key: customer_id
        inputs: { orders: customer_id }
        ---
        select customer_id, count(*) as orders from orders group by all
        """;

    const string Customers = """
        ---
        key: customer_id
        inputs: { customers: id, totals: customer_id }
        ---
        select id as customer_id, status, orders from customers left join totals on totals.customer_id = customers.id
        """;

    readonly ModelLake _lake = new();
    readonly StringWriter _output = new();
    readonly StringWriter _errors = new();

    public ModelsPlanVerbTests()
    {
        _lake.Write("stage/totals.sql", Totals);
        _lake.Write("entity/entity_customers.sql", Customers);
    }

    public void Dispose() => _lake.Dispose();

    [Fact]
    public async Task What_is_as_it_was_is_left_alone()
    {
        await BuildAsync();

        Assert.Equal(ExitCode.Success, await RunAsync());

        Assert.Equal("2 models as they are, 0 computed anew from 0 rows\n", _output.ToString());
    }

    [Fact]
    public async Task A_changed_model_is_computed_anew_and_what_reads_it_follows()
    {
        await BuildAsync();
        _lake.Write("stage/totals.sql", Totals.Replace(
            "count(*) as orders", "count(*) + 1 as orders, max(placed_on) as last_on", StringComparison.Ordinal));

        Assert.Equal(ExitCode.Success, await RunAsync());

        Assert.Equal("""
            ~ totals: changed, 2 rows now, computed anew from 3 rows of inputs
                new columns: last_on
            > entity_customers: follows totals where they differ, 2 rows now
            0 models as they are, 1 computed anew from 3 rows

            """, _output.ToString());
    }

    [Fact]
    public async Task Models_come_and_go()
    {
        await BuildAsync();
        File.Delete(Path.Combine(_lake.Package, "entity/entity_customers.sql"));
        _lake.Write("entity/entity_orders.sql", """
            ---
            key: order_id
            inputs: { orders: id }
            ---
            select id as order_id, amount from orders
            """);

        Assert.Equal(ExitCode.Success, await RunAsync("--output", "json"));

        using var document = JsonDocument.Parse(_output.ToString());
        var states = document.RootElement.EnumerateArray().ToDictionary(
            static model => model.GetProperty("model").GetString()!,
            static model => (model.GetProperty("state").GetString(), model.GetProperty("rows").GetInt64(),
                model.GetProperty("input_rows").GetInt64()));
        Assert.Equal(("new", 0L, 3L), states["entity_orders"]);
        Assert.Equal(("gone", 2L, 0L), states["entity_customers"]);
        Assert.Equal(("same", 2L, 0L), states["totals"]);
    }

    [Fact]
    public async Task A_column_of_another_type_is_refused_before_anything_happens()
    {
        await BuildAsync();
        _lake.Write("stage/totals.sql", Totals.Replace(
            "count(*)", "count(*)::varchar", StringComparison.Ordinal));

        Assert.Equal(ExitCode.Failure, await RunAsync());

        Assert.Contains(
            "✗ a column cannot change its type, give it another name: orders: BIGINT to VARCHAR",
            _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_a_lake_without_models_all_are_new()
    {
        await _lake.FillAsync("current/shop.orders", "select 1::bigint as id, 'a' as customer_id");

        Assert.Equal(ExitCode.Success, await RunAsync());

        Assert.Contains("+ totals: new, from 1 rows of inputs\n", _output.ToString(), StringComparison.Ordinal);
    }

    async Task BuildAsync()
    {
        await _lake.FillAsync(
            "current/shop.customers", "select * from (values ('a', 'x'), ('b', 'y')) as t(id, status)");
        await _lake.FillAsync("current/shop.orders",
            "select i::bigint as id, 'a' as customer_id, 1.00::decimal(10, 2) as amount from range(3) as r(i)");
        await _lake.FillAsync(
            "stage/totals", "select * from (values ('a', 3::bigint), ('b', 1::bigint)) as t(customer_id, orders)");
        await _lake.FillAsync(
            "entity/entity_customers",
            "select * from (values ('a', 'x', 3::bigint), ('b', 'y', 1::bigint)) as t(customer_id, status, orders)");
        await _lake.CommitAsync(PackageLoader.Load(_lake.Package, SourcesFile.Parse(
            File.ReadAllText(Path.Combine(_lake.Package, "sources.yaml")), "sources.yaml", static _ => null)));
    }

    Task<int> RunAsync(params string[] arguments) => CommandLine.RunAsync(
        ["models", "plan", _lake.Package, "--lake", _lake.Lake, .. arguments], _output, _errors);
}
