using System.Text.Encodings.Web;
using System.Text.Json;
using Tapline.Cli.Verification;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Lake;
using Tapline.Serving.Verification;
using Tapline.TestKit.Delta;

namespace Tapline.Integration.Tests.Clients;

/// <summary>The lake of a whole run, as three judges see it: DuckDB, a Delta reader that is not ours, and the database
/// that it came from.</summary>
public sealed class ForeignReaderTests
{
    // A column is added by the 300th.
    const int Transactions = 400;

    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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

        await CompareWithSourceAsync(bar, lake);
        await CompareWithForeignReaderAsync(bar, lake);
    }

    static async Task CompareWithSourceAsync(BarPipeline bar, LakeSession lake)
    {
        await using var source = await SourceSnapshot.TakeAsync(bar.ConnectionString, "judge", TestPipeline.Ct);
        var verifier = new LakeVerifier(lake.Connection, source);
        foreach (var table in lake.Tables.Where(static table => table.Layer == "current"))
        {
            var outcome = await verifier.VerifyAsync(
                table.SourceSchema(), LakeSession.RelationOf(table), TestPipeline.Ct);
            Assert.True(outcome.IsEqual, $"{outcome}: {string.Join('\n', outcome.Differences.Take(5))}");
        }
    }

    static async Task CompareWithForeignReaderAsync(BarPipeline bar, LakeSession lake)
    {
        var (reader, reason) = await ChdbReader.FindAsync(TestPipeline.Ct);
        if (reader is null)
            Assert.Skip(reason);
        // One process reads all tables: each row is the table's folder and its values.
        var foreign = await reader.QueryAsync(
            string.Join(" UNION ALL ", lake.Tables.Select(table => ForeignSelect(bar, table))), TestPipeline.Ct);
        Assert.Equal(
            lake.Tables.SelectMany(table => OwnRows(lake, table)).Order(StringComparer.Ordinal),
            foreign.Select(Respelled).Order(StringComparer.Ordinal));
    }

    static string ForeignSelect(BarPipeline bar, LakeTable table)
    {
        var cells = string.Join(", ", table.Columns.Select(static column => $"toNullable({ForeignCell(column)})"));
        var folder = Path.Combine(bar.Pipeline.LakeFolder, table.Root);
        return $"SELECT '{table.Root}' AS root, [{cells}] AS cells FROM {ChdbReader.Table(folder)}";
    }

    // To one text in both: whole numbers for times, all decimal places.
    static string ForeignCell(ColumnSchema column) => column.Type switch
    {
        ColumnType.String => $"`{column.Name}`",
        ColumnType.Timestamp => $"toString(toUnixTimestamp64Micro(`{column.Name}`))",
        ColumnType.Decimal => $"toDecimalString(`{column.Name}`, {column.Scale})",
        _ => $"toString(`{column.Name}`)",
    };

    static IEnumerable<string> OwnRows(LakeSession lake, LakeTable table)
    {
        var cells = string.Join(", ", table.Columns.Select(static column => OwnCell(column)));
        return SqlRows.Read(lake.Connection, $"SELECT {cells} FROM {LakeSession.RelationOf(table)}")
            .Select(row => JsonSerializer.Serialize(new object[] { table.Root, row }, Plain));
    }

    static string OwnCell(ColumnSchema column)
    {
        var name = SqlText.Identifier(column.Name);
        return column.Type == ColumnType.Timestamp ? $"epoch_us({name}) AS {name}" : name;
    }

    static string Respelled(string json)
    {
        using var row = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(
            new object[] { row.RootElement[0].GetString()!, row.RootElement[1].Deserialize<string?[]>()! }, Plain);
    }
}
