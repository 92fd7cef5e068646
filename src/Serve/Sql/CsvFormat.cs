using System.Buffers;
using System.Collections.Immutable;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Serving.Sql;

/// <summary>RFC 4180: a header, then a line a row. NULL is an empty field, an empty text is <c>""</c>.</summary>
sealed class CsvFormat(TextWriter output) : ISqlWriter
{
    static readonly SearchValues<char> Special = SearchValues.Create(",\"\r\n");

    public bool NestedAsJson => true;

    public void Begin(ImmutableArray<DuckDbColumn> columns) =>
        Row([.. columns.Select(static column => column.Name)]);

    public void Row(ReadOnlySpan<string?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0)
                output.Write(',');
            if (values[i] is { } value)
                WriteField(value);
        }
        output.Write("\r\n");
    }

    public void End()
    {
    }

    void WriteField(string value)
    {
        if (value.Length > 0 && !value.AsSpan().ContainsAny(Special))
        {
            output.Write(value);
            return;
        }
        output.Write('"');
        output.Write(value.Replace("\"", "\"\"", StringComparison.Ordinal));
        output.Write('"');
    }
}
