using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tapline.Contracts.Sources;

namespace Tapline.Serving.Quarantine;

/// <summary>Shows records without the values that are declared as personal data.</summary>
public sealed class PersonalMask(DeclaredTable? declared, bool reveal)
{
    const string Masked = "***";

    static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    readonly HashSet<string> _names = reveal || declared is null
        ? []
        : [.. declared.Columns.Where(static column => column.IsPersonal).Select(static column => column.Name)];

    /// <summary>A key or value as text of at most about <paramref name="lengthMax"/> characters; null for
    /// none.</summary>
    public string? Text(byte[]? bytes, int lengthMax)
    {
        if (bytes is null)
            return null;
        if (_names.Count == 0)
            return Bounded(Plain(bytes), lengthMax);
        try
        {
            var document = JsonNode.Parse(bytes);
            Hide(document);
            return Bounded(document?.ToJsonString(Readable) ?? "null", lengthMax);
        }
        catch (JsonException)
        {
            // Nobody knows where in it the personal data stands.
            return $"({bytes.Length} bytes that are no JSON; --reveal shows them)";
        }
    }

    void Hide(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var name in fields.Select(static field => field.Key).ToList())
                {
                    if (_names.Contains(name) && fields[name] is not null)
                        fields[name] = Masked;
                    else
                        Hide(fields[name]);
                }
                break;
            case JsonArray items:
                foreach (var item in items)
                    Hide(item);
                break;
        }
    }

    static string Plain(byte[] bytes)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Convert.ToHexString(bytes);
        }
    }

    static string Bounded(string text, int lengthMax) =>
        text.Length <= lengthMax ? text : $"{text[..lengthMax]}… ({text.Length} characters in all)";
}
