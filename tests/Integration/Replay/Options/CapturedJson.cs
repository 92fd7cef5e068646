using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Tapline.Integration.Tests.Replay.Options;

/// <summary>Records as JSON and back, in the connector's own spelling.</summary>
static class CapturedJson
{
    /// <summary>Only what must be escaped is.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The bytes of a document; the text <c>null</c> for none.</summary>
    public static byte[] Bytes(JsonNode? node) => Encoding.UTF8.GetBytes(node?.ToJsonString(Options) ?? "null");

    /// <summary>The document of some bytes.</summary>
    public static JsonObject Object(byte[] bytes) => JsonNode.Parse(bytes)!.AsObject();
}
