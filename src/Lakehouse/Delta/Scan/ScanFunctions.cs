using System.Text;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Lakehouse.Delta.Scan;

/// <summary>The functions that the SQL of scans calls.</summary>
static class ScanFunctions
{
    /// <summary>Whether a scan gives a row: (scan, file, row).</summary>
    public const string GivesRow = "tapline_gives_row";

    /// <summary>A variant as JSON text: (metadata, value).</summary>
    public const string VariantJson = "tapline_variant_json";

    /// <summary>Adds the functions to a connection's database.</summary>
    public static void Register(DuckDbConnection connection, RowFilters filters)
    {
        connection.RegisterScalar(
            GivesRow, [DuckDbType.BigInt, DuckDbType.UBigInt, DuckDbType.BigInt], DuckDbType.Boolean, filters.Evaluate);
        var bytes = new DuckDbType(DuckDbTypeKind.Blob);
        connection.RegisterScalar(VariantJson, [bytes, bytes], DuckDbType.Varchar, ToJson);
    }

    static void ToJson(DuckDbChunk arguments, DuckDbVectorWriter result)
    {
        var metadata = arguments.Column(0);
        var values = arguments.Column(1);
        for (var row = 0; row < arguments.Count; row++)
        {
            if (!metadata.IsNull(row) && !values.IsNull(row))
                result.SetBytes(row, Encoding.UTF8.GetBytes(Variant.ToJson(metadata.Bytes(row), values.Bytes(row))));
        }
    }
}
