using System.Text.Json;
using Tapline.Streaming.Decoding;

namespace Tapline.Streaming.Lanes;

/// <summary>Rows of Debezium's signal table: orders to the connector, which it sends on even where nobody asked for
/// that table.</summary>
static class SignalRecord
{
    static readonly NameTable Columns = new(["id", "type", "data"]);
    static readonly NameTable Types = new(
    [
        "execute-snapshot", "stop-snapshot", "pause-snapshot", "resume-snapshot", "snapshot-window-open",
        "snapshot-window-close", "log",
    ]);

    /// <summary>Whether a record of an unknown table is one.</summary>
    public static bool Is(ReadOnlySpan<byte> value)
    {
        try
        {
            return IsEnvelope(value);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static bool IsEnvelope(ReadOnlySpan<byte> value)
    {
        var envelope = new JsonField[Envelope.Names.Count];
        var row = new JsonField[Columns.Count];
        var document = JsonField.Document(value);
        if (document.Kind != JsonKind.Object || !document.TryFind(value, Envelope.Names, envelope, out _))
            return false;
        var after = envelope[Envelope.After];
        return envelope[Envelope.Source].Kind == JsonKind.Object
            && after.Kind == JsonKind.Object
            && after.TryFind(value, Columns, row, out var other)
            && other.Kind == JsonKind.Absent
            && row[1].Kind == JsonKind.String
            && row[1].TryText(value, out var type)
            && Types.IndexOf(type) >= 0;
    }
}
