namespace Tapline.Integration.Tests.Clients;

/// <summary>The lake of a whole run, as three judges see it: DuckDB, a Delta reader that is not ours, and the database
/// that it came from.</summary>
public sealed class ForeignReaderTests
{
    // A column is added by the 300th.
    const int Transactions = 400;

    [Fact]
    public async Task Every_table_of_the_lake_is_the_same_to_DuckDB_to_another_reader_and_to_the_database()
    {
        await using var bar = await BarPipeline.StartAsync();
        await bar.HappenAsync(Transactions);
        await bar.CatchUpAsync();
        using var lake = await bar.Pipeline.OpenLakeAsync();
        Assert.Equal(22, lake.Tables.Count(static table => table.Layer == "current"));
        Assert.DoesNotContain(lake.Tables, static table => table.Layer == "quarantine");
        // The column that was added on the way.
        Assert.Contains(
            lake.Tables.Single(static table => table.Root == "current/app.accounts").Columns,
            static column => column.Name == "loyalty_tier");

        await LakeJudges.CompareWithSourceAsync(bar.ConnectionString, lake);
        await LakeJudges.CompareWithForeignReaderAsync(bar.Pipeline.LakeFolder, lake);
    }
}
