using Tapline.Cli.Demo;

namespace Tapline.Integration.Tests;

/// <summary>The whole of it: a PostgreSQL with the bar business, its source, and everything behind.</summary>
sealed class BarPipeline : IAsyncDisposable
{
    const string Prefix = "bar";

    readonly PostgresPipeline _postgres;
    readonly IEnumerator<BarTransaction> _transactions;

    BarPipeline(PostgresPipeline postgres, BarModel model)
    {
        _postgres = postgres;
        _transactions = new BarWorkload(model).Transactions().GetEnumerator();
    }

    public TestPipeline Pipeline => _postgres.Pipeline;

    public string ConnectionString => _postgres.ConnectionString;

    /// <summary>Creates the business and starts everything; skips the test where there is no PostgreSQL.</summary>
    public static async Task<BarPipeline> StartAsync()
    {
        var model = new BarModel(seed: 1);
        return new BarPipeline(
            await PostgresPipeline.StartFilledAsync(
                Prefix,
                database => new BarDatabase(database, model, TimeProvider.System).CreateAsync(TestPipeline.Ct)),
            model);
    }

    /// <summary>Lets so many more transactions happen.</summary>
    public async Task HappenAsync(int count)
    {
        await using var connection = await _postgres.Database.OpenConnectionAsync(TestPipeline.Ct);
        for (var n = 0; n < count && _transactions.MoveNext(); n++)
            await BarDatabase.ApplyAsync(connection, _transactions.Current, TestPipeline.Ct);
    }

    /// <summary>Waits until the lake has all that was committed, and stops the worker.</summary>
    public Task CatchUpAsync() => _postgres.CatchUpAsync();

    public async ValueTask DisposeAsync()
    {
        _transactions.Dispose();
        await _postgres.DisposeAsync();
    }
}
