namespace Tapline.Streaming.Decoding;

/// <summary>The names of an event's fields, and what tells an event from the other records that a connector
/// writes.</summary>
static class Envelope
{
    public const int Before = 0;
    public const int After = 1;
    public const int Source = 2;
    public const int Op = 3;
    public const int Payload = 4;
    public const int TimestampMs = 5;
    public const int Status = 6;
    public const int EventCount = 7;
    public const int DataCollections = 8;
    public const int Schema = 9;

    public const int KeySchema = 0;
    public const int KeyPayload = 1;

    public const int Sequence = 0;
    public const int Lsn = 1;
    public const int TransactionId = 2;
    public const int SourceTimestampUs = 3;
    public const int SourceTimestampMs = 4;
    public const int Snapshot = 5;

    /// <summary>The fields of a value.</summary>
    public static NameTable Names { get; } = new(
        ["before", "after", "source", "op", "payload", "ts_ms", "status", "event_count", "data_collections", "schema"]);

    /// <summary>The fields of a key that carries its schema.</summary>
    public static NameTable KeyNames { get; } = new(["schema", "payload"]);

    /// <summary>The fields of <c>source</c>.</summary>
    public static NameTable SourceNames { get; } = new(["sequence", "lsn", "txId", "ts_us", "ts_ms", "snapshot"]);

    /// <summary>Whether fields without <c>op</c> are those of a heartbeat or of a transaction marker. An event that was
    /// stripped of its envelope must not pass for one.</summary>
    public static bool IsNoChange(ReadOnlySpan<JsonField> fields, bool hasOthers)
    {
        if (fields[Status].Kind == JsonKind.String)
            return fields[EventCount].Kind != JsonKind.Absent && fields[DataCollections].Kind != JsonKind.Absent;
        return !hasOthers && fields[TimestampMs].Kind == JsonKind.Number && CountOf(fields) == 1;
    }

    static int CountOf(ReadOnlySpan<JsonField> fields)
    {
        var count = 0;
        foreach (var field in fields)
            count += field.Kind == JsonKind.Absent ? 0 : 1;
        return count;
    }
}
