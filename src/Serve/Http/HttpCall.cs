using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Tapline.Serving.Lake;
using Tapline.Serving.Security;

namespace Tapline.Serving.Http;

/// <summary>A request of a caller who may make it.</summary>
sealed class HttpCall(HttpContext context, Caller caller, string traceId)
{
    static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public HttpContext Context { get; } = context;

    public Caller Caller { get; } = caller;

    public string TraceId { get; } = traceId;

    public CancellationToken Aborted => Context.RequestAborted;

    /// <summary>A part of the path.</summary>
    public string Path(string name) => (string)Context.Request.RouteValues[name]!;

    /// <summary>A parameter of the address; null when it is missing.</summary>
    public string? Query(string name) => Context.Request.Query[name] is [{ Length: > 0 } value, ..] ? value : null;

    /// <summary>A number out of the address, within bounds.</summary>
    public int Query(string name, int fallback, int max) =>
        Query(name) is not { } text ? fallback
        : int.TryParse(text, out var number) && number >= 1 && number <= max ? number
        : throw ProblemException.Malformed($"{name} must be a number from 1 to {max}");

    /// <summary>The cut that <c>as_of</c> names; null for the newest.</summary>
    public CutChoice? AsOf() => Query("as_of") is { } text ? Cut(text) : null;

    /// <summary>The cut that a text names.</summary>
    public static CutChoice Cut(string text) => CutChoice.Parse(text)
        ?? throw ProblemException.Malformed("as_of is neither an epoch nor a time", "17, or 2026-01-02T03:04:05Z");

    /// <summary>Answers with a document.</summary>
    public Task WriteAsync(JsonNode document, int status = 200) =>
        WriteAsync(Context, document, status, "application/json");

    /// <summary>Answers with a document of a kind.</summary>
    public static async Task WriteAsync(HttpContext context, JsonNode document, int status, string type)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        var body = context.Response.BodyWriter;
        await using (var json = new Utf8JsonWriter(body, Readable))
            document.WriteTo(json);
        await body.FlushAsync(context.RequestAborted);
    }

    /// <summary>A time as JSON has it.</summary>
    public static string Instant(long ms) =>
        DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-ddTHH:mm:ss.fffZ");
}
