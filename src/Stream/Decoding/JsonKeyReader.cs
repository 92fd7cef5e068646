using System.Text.Unicode;
using Tapline.Contracts.Columns;

namespace Tapline.Streaming.Decoding;

/// <summary>Reads the columns of a record's key, by <see cref="System.Text.Json.Utf8JsonReader"/>. A key of other
/// columns than the table's is where the record goes, not whose it is: it counts as none.</summary>
sealed class JsonKeyReader(DecodePlan plan)
{
    readonly JsonField[] _document = new JsonField[Envelope.KeyNames.Count];
    readonly JsonField[] _fields = new JsonField[plan.Columns.Length];

    /// <summary>The last key's values, one row; nothing in the other columns.</summary>
    public ColumnBatch Values { get; } = new(plan.Schema.Columns);

    /// <summary>Whether the last record had the row's key.</summary>
    public bool HasKey { get; private set; }

    /// <summary>Whether the last record had a key of other columns.</summary>
    public bool IsOfOthers { get; private set; }

    /// <summary>Why the last key could not be read.</summary>
    public DecodeResult Rejection { get; private set; }

    /// <summary>Reads a key; there may be none.</summary>
    public bool TryRead(ReadOnlySpan<byte> key, bool keyIsNull)
    {
        Values.Clear();
        (HasKey, IsOfOthers) = (false, false);
        if (keyIsNull || !plan.HasKey)
            return true;
        if (!Utf8.IsValid(key))
            return Reject(RejectReason.InvalidUtf8, "the key is not UTF-8");
        var document = JsonField.Document(key);
        if (document.Kind == JsonKind.Object)
        {
            if (!document.TryFind(key, Envelope.KeyNames, _document, out var other))
                return Reject(RejectReason.InvalidUtf8, $"half of a surrogate pair in the name at byte {other.Start}");
            var (payload, schema) = (_document[Envelope.KeyPayload], _document[Envelope.KeySchema]);
            if (schema.Kind != JsonKind.Absent && payload.Kind is JsonKind.Object or JsonKind.Null &&
                other.Kind == JsonKind.Absent)
                document = payload;
        }
        if (document.Kind == JsonKind.Null)
            return true;
        if (document.Kind != JsonKind.Object)
            return Reject(RejectReason.MissingKey, "the key is not an object");
        if (!document.TryFind(key, plan.Names, _fields, out var unknown))
            return Reject(RejectReason.InvalidUtf8, $"half of a surrogate pair in the key at byte {unknown.Start}");
        IsOfOthers = unknown.Kind != JsonKind.Absent || !IsOfKeyColumns();
        HasKey = !IsOfOthers;
        return IsOfOthers || TryAppend(key);
    }

    bool IsOfKeyColumns()
    {
        for (var ordinal = 0; ordinal < _fields.Length; ordinal++)
        {
            if (plan.Schema.Columns[ordinal].IsKey == (_fields[ordinal].Kind == JsonKind.Absent))
                return false;
        }
        return true;
    }

    bool TryAppend(ReadOnlySpan<byte> key)
    {
        for (var ordinal = 0; ordinal < _fields.Length; ordinal++)
        {
            var column = plan.Schema.Columns[ordinal];
            var field = _fields[ordinal];
            if (!column.IsKey)
                continue;
            if (field.Kind == JsonKind.Null)
                return Reject(RejectReason.MissingKey, $"the key has no {column.Name}");
            var reason = field.TryText(key, out var text)
                ? plan.Columns[ordinal].Append(Values.Columns[ordinal], field.Kind, text)
                : RejectReason.InvalidUtf8;
            if (reason != RejectReason.None)
            {
                Rejection = plan.Rejected(reason, field, ordinal, "key");
                return false;
            }
        }
        return true;
    }

    bool Reject(RejectReason reason, string detail)
    {
        Rejection = DecodeResult.Rejected(reason, detail);
        return false;
    }
}
