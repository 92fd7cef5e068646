using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tapline.Contracts.Log;

namespace Tapline.Streaming.Windows;

/// <summary>A window's result as a record of its topic.</summary>
/// <remarks>The record's key is the window's key and start, so that a compacted topic keeps the newest result of each
/// window. Value: <c>key</c>, <c>window_start</c> and <c>window_end</c> (RFC 3339, UTC), <c>revision</c>,
/// <c>generation</c>, <c>final</c>, and <c>values</c>, null for a window that was taken back. Of two results the one of
/// the higher generation holds, then the one of the higher revision.</remarks>
static class WindowRecord
{
    static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The record of a result.</summary>
    /// <param name="topic">Where it goes.</param>
    /// <param name="definition">Whose result it is.</param>
    /// <param name="result">The result.</param>
    /// <param name="generation">When whoever tells it began to keep windows, milliseconds since 1970.</param>
    public static EventRecord Of(string topic, WindowDefinition definition, in WindowResult result, long generation)
    {
        var start = Instant(result.StartUs);
        var key = Encoding.UTF8.GetBytes($"{result.Key[..^1]},\"window_start\":\"{start}\"}}");
        var value = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(value, Plain))
        {
            json.WriteStartObject();
            json.WritePropertyName("key"u8);
            json.WriteRawValue(result.Key);
            json.WriteString("window_start"u8, start);
            json.WriteString("window_end"u8, Instant(result.EndUs));
            json.WriteNumber("revision"u8, result.Revision);
            json.WriteNumber("generation"u8, generation);
            json.WriteBoolean("final"u8, result.IsFinal);
            WriteValues(json, definition, result);
            json.WriteEndObject();
        }
        return new EventRecord(topic, key, value.WrittenMemory);
    }

    static void WriteValues(Utf8JsonWriter json, WindowDefinition definition, in WindowResult result)
    {
        if (result.IsRetracted)
        {
            json.WriteNull("values"u8);
            return;
        }
        json.WriteStartObject("values"u8);
        for (var i = 0; i < definition.Aggregates.Length; i++)
        {
            if (result.Values[i] is { } number)
                json.WriteNumber(definition.Aggregates[i].Name, number);
            else
                json.WriteNull(definition.Aggregates[i].Name);
        }
        json.WriteEndObject();
    }

    static string Instant(long us) => DateTimeOffset.UnixEpoch.AddMicroseconds(us)
        .ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", System.Globalization.CultureInfo.InvariantCulture);
}
