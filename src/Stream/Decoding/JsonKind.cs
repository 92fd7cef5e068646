using System.Text.Json;

namespace Tapline.Streaming.Decoding;

/// <summary>What a JSON value is.</summary>
enum JsonKind : byte
{
    /// <summary>There is no such field.</summary>
    Absent,
    Null,
    True,
    False,
    Number,
    String,
    Array,
    Object,
}

static class JsonKinds
{
    public static JsonKind Of(JsonTokenType token) => token switch
    {
        JsonTokenType.Null => JsonKind.Null,
        JsonTokenType.True => JsonKind.True,
        JsonTokenType.False => JsonKind.False,
        JsonTokenType.Number => JsonKind.Number,
        JsonTokenType.String => JsonKind.String,
        JsonTokenType.StartArray => JsonKind.Array,
        JsonTokenType.StartObject => JsonKind.Object,
        _ => throw new ArgumentOutOfRangeException(nameof(token), token, "no value starts with this token"),
    };
}
