using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Tapline.Contracts.Columns;
using Tapline.Lakehouse.Parquet;
using Tapline.Serving.Sql;
using Tapline.Serving.Sql.Guard;

namespace Tapline.Serving.Http;

/// <summary>The rows of a statement as an answer of a kind, sent as they are computed.</summary>
static class SqlAnswer
{
    public const string Json = "application/json";
    public const string JsonLines = "application/x-ndjson";
    public const string Csv = "text/csv";
    public const string Parquet = "application/vnd.apache.parquet";
    const long ParquetBytesMax = 256 << 20;
    const int RowGroupBytesTarget = 32 << 20;

    /// <summary>The kind that a request accepts; JSON when it does not say.</summary>
    public static string TypeFor(HttpRequest request)
    {
        var accepted = request.Headers.Accept.ToString();
        if (accepted.Length == 0 || accepted.Contains("*/*", StringComparison.Ordinal))
            return Json;
        string[] known = [Json, JsonLines, Csv, Parquet, "application/*", "text/*"];
        return known.FirstOrDefault(type => accepted.Contains(type, StringComparison.OrdinalIgnoreCase)) switch
        {
            "application/*" => Json,
            "text/*" => Csv,
            { } type => type,
            null => throw new ProblemException(
                406, "not_acceptable", "there is no such kind of answer", $"{Json}, {JsonLines}, {Csv}, {Parquet}"),
        };
    }

    /// <summary>How a kind wants its values.</summary>
    public static SqlShape ShapeOf(string type) => type == Parquet ? SqlShape.Lake : SqlShape.Text;

    /// <summary>Sends the answer.</summary>
    public static Task WriteAsync(HttpCall call, SqlReading reading, string type, string? id)
    {
        var response = call.Context.Response;
        response.ContentType = type == Csv ? "text/csv; charset=utf-8; header=present" : type;
        response.Headers["Tapline-Cut"] = reading.Cut.Version;
        return type switch
        {
            Csv => WriteTextAsync(call, reading, SqlFormat.Csv),
            JsonLines => WriteTextAsync(call, reading, SqlFormat.JsonLines),
            Parquet => WriteParquetAsync(call, reading),
            _ => WriteJsonAsync(call, reading, id),
        };
    }

    // A stream of rows has no place for an error: it is cut off, which every client notices.
    static async Task WriteTextAsync(HttpCall call, SqlReading reading, SqlFormat format)
    {
        using var text = new StringWriter();
        var writer = format.OpenWriter(text);
        writer.Begin(reading.Columns);
        var goesOn = true;
        while (goesOn)
        {
            goesOn = reading.WriteNext(writer);
            if (!goesOn)
                writer.End();
            Encoding.UTF8.GetBytes(text.ToString(), call.Context.Response.BodyWriter);
            text.GetStringBuilder().Clear();
            await call.Context.Response.BodyWriter.FlushAsync(call.Aborted);
        }
    }

    static async Task WriteJsonAsync(HttpCall call, SqlReading reading, string? id)
    {
        var body = call.Context.Response.BodyWriter;
        await using var json = new Utf8JsonWriter(
            body, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        if (id is not null)
            json.WriteString("id", id);
        json.WriteString("cut", reading.Cut.Version);
        json.WriteStartArray("columns");
        foreach (var column in reading.Columns)
        {
            json.WriteStartObject();
            json.WriteString("name", column.Name);
            json.WriteString("type", column.Type.ToString());
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("rows");
        SqlRefusedException? failure = null;
        try
        {
            await WriteRowsAsync(call, reading, json, body);
        }
        catch (SqlRefusedException refused) when (call.Context.Response.HasStarted)
        {
            failure = refused;
        }
        json.WriteEndArray();
        json.WriteNumber("row_count", reading.Rows);
        json.WriteBoolean("truncated", reading.IsTruncated);
        if (failure is not null)
            WriteError(json, ProblemException.Of(failure), call.TraceId);
        json.WriteEndObject();
        await json.FlushAsync(call.Aborted);
        await body.FlushAsync(call.Aborted);
        if (failure is not null)
            throw failure;
    }

    static async Task WriteRowsAsync(HttpCall call, SqlReading reading, Utf8JsonWriter json, PipeWriter body)
    {
        var rows = new JsonRows(json);
        rows.Begin(reading.Columns);
        while (reading.WriteNext(rows))
        {
            json.Flush();
            await body.FlushAsync(call.Aborted);
        }
    }

    static void WriteError(Utf8JsonWriter json, ProblemException problem, string traceId)
    {
        json.WriteStartObject("error");
        json.WriteString("code", problem.Code);
        json.WriteString("title", problem.Message);
        json.WriteString("trace_id", traceId);
        json.WriteEndObject();
    }

    static async Task WriteParquetAsync(HttpCall call, SqlReading reading)
    {
        var columns = LakeShape.Columns(reading.Columns);
        using var file = new ParquetFileWriter(columns, new ParquetOptions());
        var batch = new ColumnBatch(columns);
        while (reading.Next(out var count) is { } chunk)
        {
            using (chunk)
                chunk.AppendTo(batch);
            batch.Truncate(batch.Count - (chunk.Count - count));
            if (batch.ByteCount < RowGroupBytesTarget)
                continue;
            file.WriteRowGroup(batch);
            batch.Clear();
            if (file.ByteCount > ParquetBytesMax)
                throw new ProblemException(422, "too_large", "the file gets too large", "ask for fewer rows");
        }
        file.WriteRowGroup(batch);
        var written = file.Finish();
        call.Context.Response.BodyWriter.Write(written.Content.Span);
        await call.Context.Response.BodyWriter.FlushAsync(call.Aborted);
    }
}
