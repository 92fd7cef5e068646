using System.Text;
using System.Text.RegularExpressions;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Types;

namespace Tapline.Ingest.Postgres.Envelope;

/// <summary>A column's default as an inline schema gives it: a constant as its value, a call as the type's zero, as
/// Debezium does. Nothing is evaluated.</summary>
static partial class ColumnDefault
{
    /// <summary>The JSON of a default; null where the column has none, or one of a type whose defaults Debezium leaves
    /// out.</summary>
    public static byte[]? Json(ColumnSchema column, string? expression, ValueEncoder encoder)
    {
        if (expression is null || NullConstant().IsMatch(expression) || !HasDefaults(column.SourceType))
            return null;
        var output = new JsonBuffer();
        var constant = Constant().Match(expression);
        try
        {
            if (constant.Success)
                encoder.Write(Encoding.UTF8.GetBytes(Text(column, constant)), output);
            else
                encoder.WriteCall(output);
        }
        catch (MalformedValueException)
        {
            // A constant of another type that PostgreSQL converts when it inserts.
            return null;
        }
        return output.Slice(0, output.Length).ToArray();
    }

    static bool HasDefaults(string type) =>
        !type.EndsWith("[]", StringComparison.Ordinal) && type is not ("bytea" or "point" or "money");

    // PostgreSQL prints a constant by its own type's rules; the column's scale is still to be filled.
    static string Text(ColumnSchema column, Match constant)
    {
        var quoted = constant.Groups["quoted"];
        if (quoted.Success)
            return quoted.Value.Replace("''", "'", StringComparison.Ordinal);
        var text = constant.Groups["bare"].Value;
        var (name, _, scale) = PostgresTypes.Split(column.SourceType);
        if (name != "numeric" || scale is not > 0)
            return text;
        var point = text.IndexOf('.', StringComparison.Ordinal);
        return point < 0
            ? $"{text}.{new string('0', scale.Value)}"
            : text.PadRight(point + 1 + scale.Value, '0');
    }

    [GeneratedRegex(@"^\(?NULL\b", RegexOptions.CultureInvariant)]
    private static partial Regex NullConstant();

    // A quoted or bare constant, perhaps in brackets, perhaps cast.
    [GeneratedRegex(
        """^\(*(?:[BE]?'(?<quoted>(?:[^']|'')*)'|(?<bare>-?[0-9.]+(?:[eE][-+]?[0-9]+)?|true|false))\)*"""
            + """(?:::["\w ()\[\].,:]+)?$""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Constant();
}
