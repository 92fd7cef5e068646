using System.Text.Json;
using Tapline.Streaming.Decoding;

namespace Tapline.Streaming.Tables;

/// <summary>Makes the delete of the row before it from an update, and a delete from a key alone: what a decoder reads
/// as a row.</summary>
static class BeforeImage
{
    /// <summary>A delete of nothing but the record's key.</summary>
    public static ReadOnlySpan<byte> OfKey => """{"before":null,"after":null,"source":{},"op":"d"}"""u8;

    /// <summary>A delete of the row before an update; null when the update does not carry it.</summary>
    public static byte[]? OfUpdate(ReadOnlySpan<byte> value)
    {
        var fields = new JsonField[Envelope.Names.Count];
        var document = JsonField.Document(value);
        if (document.Kind != JsonKind.Object || !document.TryFind(value, Envelope.Names, fields, out _))
            return null;
        if (fields[Envelope.Payload] is { Kind: JsonKind.Object } payload
            && !payload.TryFind(value, Envelope.Names, fields, out _))
            return null;
        var (before, source) = (fields[Envelope.Before], fields[Envelope.Source]);
        if (before.Kind != JsonKind.Object || source.Kind != JsonKind.Object)
            return null;
        using var made = new MemoryStream(before.Length + source.Length + 64);
        using (var json = new Utf8JsonWriter(made, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartObject();
            json.WritePropertyName("before"u8);
            json.WriteRawValue(value.Slice(before.Start, before.Length), skipInputValidation: true);
            json.WriteNull("after"u8);
            json.WritePropertyName("source"u8);
            json.WriteRawValue(value.Slice(source.Start, source.Length), skipInputValidation: true);
            json.WriteString("op"u8, "d"u8);
            json.WriteEndObject();
        }
        return made.ToArray();
    }
}
