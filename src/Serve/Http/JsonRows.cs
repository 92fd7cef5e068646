using System.Collections.Immutable;
using System.Text.Json;
using Tapline.Lakehouse.DuckDb;
using Tapline.Serving.Sql;

namespace Tapline.Serving.Http;

/// <summary>Rows as arrays, values as in <see cref="JsonLinesFormat"/>.</summary>
sealed class JsonRows(Utf8JsonWriter json) : ISqlWriter
{
    ImmutableArray<DuckDbColumn> _columns = [];

    public bool NestedAsJson => true;

    public void Begin(ImmutableArray<DuckDbColumn> columns) => _columns = columns;

    public void Row(ReadOnlySpan<string?> values)
    {
        json.WriteStartArray();
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is { } value)
                JsonLinesFormat.WriteValue(json, value, _columns[i].Type);
            else
                json.WriteNullValue();
        }
        json.WriteEndArray();
    }

    public void End()
    {
    }
}
