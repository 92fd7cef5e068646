using System.Globalization;
using System.Text;

namespace Tapline.Cli.Demo;

/// <summary>Rows in the text format of PostgreSQL's COPY: tabs between values, <c>\N</c> for null, a backslash before
/// what would be misread.</summary>
static class CopyText
{
    /// <summary>Adds one row and its line feed.</summary>
    public static void Append(StringBuilder text, params ReadOnlySpan<object?> row)
    {
        for (var i = 0; i < row.Length; i++)
        {
            if (i > 0)
                text.Append('\t');
            if (row[i] is { } value)
                AppendEscaped(text, Format(value));
            else
                text.Append("\\N");
        }
        text.Append('\n');
    }

    static string Format(object value) => value switch
    {
        bool flag => flag ? "t" : "f",
        DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        string[] items => $"{{{string.Join(',', items)}}}",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => (string)value,
    };

    /// <summary>Adds a value with a backslash before what would be misread.</summary>
    public static void AppendEscaped(StringBuilder text, string value)
    {
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => text.Append("\\\\"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                _ => text.Append(c),
            };
        }
    }
}
