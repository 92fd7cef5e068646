using System.Text.Encodings.Web;
using System.Text.Json;
using Tapline.Cli.Verification;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Lake;
using Tapline.Serving.Verification;
using Tapline.TestKit.Delta;

namespace Tapline.Integration.Tests.Clients;

/// <summary>Compares a whole lake with the database that it came from, and with what another reader sees.</summary>
static class LakeJudges
{
    static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Every current table has what the source has.</summary>
    public static async Task CompareWithSourceAsync(string connectionString, LakeSession lake)
    {
        await using var source = await SourceSnapshot.TakeAsync(connectionString, "judge", TestPipeline.Ct);
        var verifier = new LakeVerifier(lake.Connection, source);
        foreach (var table in lake.Tables.Where(static table => table.Layer == "current"))
        {
            var outcome = await verifier.VerifyAsync(
                table.SourceSchema(), LakeSession.RelationOf(table), TestPipeline.Ct);
            Assert.True(outcome.IsEqual, $"{outcome}: {string.Join('\n', outcome.Differences.Take(5))}");
        }
    }

    /// <summary>Every table is the same to DuckDB and to a Delta reader that is not ours; skips the test where there is
    /// none.</summary>
    public static async Task CompareWithForeignReaderAsync(string lakeFolder, LakeSession lake)
    {
        var (reader, reason) = await ChdbReader.FindAsync(TestPipeline.Ct);
        if (reader is null)
            Assert.Skip(reason);
        // One process reads all tables: each row is the table's folder and its values.
        var foreign = await reader.QueryAsync(
            string.Join(" UNION ALL ", lake.Tables.Select(table => ForeignSelect(lakeFolder, table))), TestPipeline.Ct);
        Assert.Equal(
            lake.Tables.SelectMany(table => OwnRows(lake, table)).Order(StringComparer.Ordinal),
            foreign.Select(Respelled).Order(StringComparer.Ordinal));
    }

    static string ForeignSelect(string lakeFolder, LakeTable table)
    {
        var cells = string.Join(", ", table.Columns.Select(static column => $"toNullable({ForeignCell(column)})"));
        var folder = Path.Combine(lakeFolder, table.Root);
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
