using Tapline.Lakehouse.DuckDb;

namespace Tapline.Serving.Verification;

/// <summary>Functions that show a float's bits in hexadecimal, as PostgreSQL's <c>float8send</c> does: decimal texts of
/// the same float differ between the two databases.</summary>
static class FloatBits
{
    /// <summary>SQL's name of the function of a FLOAT.</summary>
    public const string SingleName = "tapline_float_bits";

    /// <summary>SQL's name of the function of a DOUBLE.</summary>
    public const string DoubleName = "tapline_double_bits";

    const int DigitsMax = 16;

    /// <summary>Makes the functions known to a database.</summary>
    public static void Register(DuckDbConnection connection)
    {
        connection.RegisterScalar(
            SingleName, [new DuckDbType(DuckDbTypeKind.Float)], DuckDbType.Varchar, static (arguments, result) =>
            {
                var values = arguments.Column(0).Float32s;
                for (var row = 0; row < values.Length; row++)
                    Write(result, row, float.IsNaN(values[row]), BitConverter.SingleToUInt32Bits(values[row]), "X8");
            });
        connection.RegisterScalar(
            DoubleName, [DuckDbType.Double], DuckDbType.Varchar, static (arguments, result) =>
            {
                var values = arguments.Column(0).Float64s;
                for (var row = 0; row < values.Length; row++)
                    Write(result, row, double.IsNaN(values[row]), BitConverter.DoubleToUInt64Bits(values[row]), "X16");
            });
    }

    static void Write(DuckDbVectorWriter result, int row, bool isNaN, ulong bits, string format)
    {
        Span<byte> digits = stackalloc byte[DigitsMax];
        if (isNaN)
            result.SetBytes(row, "NaN"u8);
        else if (bits.TryFormat(digits, out var written, format))
            result.SetBytes(row, digits[..written]);
    }
}
