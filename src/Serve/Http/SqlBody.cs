using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tapline.Serving.Lake;
using Tapline.Serving.Sql.Guard;

namespace Tapline.Serving.Http;

/// <summary>Reads a statement out of a request: JSON with its limits, or the bare text.</summary>
static class SqlBody
{
    const int BodyBytesMax = 1 << 20;

    /// <summary>The statement. Throws <see cref="ProblemException"/> for a body that holds none.</summary>
    public static async Task<SqlRequest> ReadAsync(HttpCall call)
    {
        var body = await BytesAsync(call.Context.Request, call.Aborted);
        var type = call.Context.Request.ContentType ?? "application/json";
        var request = type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase)
            ? Parse(body, call.Caller.Rows)
            : new SqlRequest(Encoding.UTF8.GetString(body), call.Caller.Rows);
        return call.AsOf() is { } cut ? request with { AsOf = cut } : request;
    }

    static async Task<byte[]> BytesAsync(HttpRequest request, CancellationToken ct)
    {
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(ct);
            if (read.Buffer.Length > BodyBytesMax)
                throw new ProblemException(413, "too_large", $"a body has at most {BodyBytesMax} bytes");
            if (read.IsCompleted)
            {
                var body = read.Buffer.ToArray();
                // Else the connection could not go on to the next request.
                request.BodyReader.AdvanceTo(read.Buffer.End);
                return body;
            }
            request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    static SqlRequest Parse(byte[] body, QueryScope rows)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            var sql = "";
            var request = new SqlRequest("", rows);
            foreach (var field in document.RootElement.EnumerateObject())
            {
                var value = field.Value;
                (request, sql) = field.Name switch
                {
                    "sql" => (request, value.GetString() ?? ""),
                    "id" => (request with { Id = value.GetString() }, sql),
                    "as_of" => (request with { AsOf = HttpCall.Cut(value.ToString()) }, sql),
                    "rows_max" => (request with { RowsMax = Positive(value.GetInt64()) }, sql),
                    "timeout_seconds" => (request with { TimeMax = Seconds(value.GetDouble()) }, sql),
                    "parameters" => (request with { Parameters = Parameters(value) }, sql),
                    _ => throw ProblemException.Malformed(
                        $"{field.Name} is not a field", "sql, parameters, rows_max, timeout_seconds, as_of, id are"),
                };
            }
            return request with { Sql = sql };
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException)
        {
            throw ProblemException.Malformed("the body is not what is wanted", """{"sql": "select …"}""");
        }
    }

    static long Positive(long number) =>
        number > 0 ? number : throw ProblemException.Malformed("rows_max must be at least 1");

    static TimeSpan Seconds(double seconds) => seconds is > 0 and < 1e6
        ? TimeSpan.FromSeconds(seconds)
        : throw ProblemException.Malformed("timeout_seconds must be more than 0");

    static ImmutableArray<object?> Parameters(JsonElement list) =>
    [
        .. list.EnumerateArray().Select(static value => value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : (object)value.GetDouble(),
            _ => throw new FormatException("a parameter is one value"),
        }),
    ];
}
