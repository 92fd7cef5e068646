using System.Text.Json;
using System.Text.Unicode;
using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding.Values;

namespace Tapline.Streaming.Decoding;

/// <summary>The plain decoder, over <see cref="Utf8JsonReader"/>: the one that says what is right. First finds where
/// the fields stand, each time by a pass over the document, then reads them in the order that suits it.</summary>
public sealed class JsonChangeDecoder : IChangeDecoder
{
    readonly DecodePlan _plan;
    readonly JsonField[] _envelope = new JsonField[Envelope.Names.Count];
    readonly JsonField[] _keyDocument = new JsonField[Envelope.KeyNames.Count];
    readonly JsonField[] _row;
    readonly JsonField[] _key;
    readonly ColumnBatch _keyValues;
    readonly EventMetaReader _metaReader = new();
    bool _hasKey;
    bool _hasOtherFields;
    DecodeResult _rejection;

    /// <summary>A decoder for one table version.</summary>
    public JsonChangeDecoder(TableSchema schema)
        : this(new DecodePlan(schema))
    {
    }

    internal JsonChangeDecoder(DecodePlan plan)
    {
        _plan = plan;
        _row = new JsonField[plan.Columns.Length];
        _key = new JsonField[plan.Columns.Length];
        _keyValues = new ColumnBatch(plan.Schema.Columns);
    }

    /// <inheritdoc/>
    public DecodeResult Decode(
        ReadOnlySpan<byte> key, bool keyIsNull, ReadOnlySpan<byte> value, bool valueIsNull, ChangeRows rows)
    {
        if (!ReferenceEquals(rows.Schema, _plan.Schema))
            throw new ArgumentException("the rows are of another table version than the decoder", nameof(rows));
        if (valueIsNull)
            return DecodeResult.Of(DecodeStatus.Tombstone);
        if ((long)key.Length + value.Length > DecodePlan.EventBytesMax)
            return DecodeResult.Rejected(RejectReason.TooLarge, $"{(long)key.Length + value.Length} bytes");
        DecodeResult result;
        try
        {
            result = DecodeValue(key, keyIsNull, value, rows);
        }
        catch (JsonException malformed)
        {
            // The reader's own words may quote the row.
            result = DecodeResult.Rejected(
                RejectReason.MalformedJson,
                $"not JSON: line {malformed.LineNumber}, byte {malformed.BytePositionInLine} of key, value or a part");
        }
        if (result.Status == DecodeStatus.Rejected)
            rows.DropUnfinished();
        return result;
    }

    DecodeResult DecodeValue(ReadOnlySpan<byte> key, bool keyIsNull, ReadOnlySpan<byte> value, ChangeRows rows)
    {
        if (!Utf8.IsValid(value))
            return DecodeResult.Rejected(RejectReason.InvalidUtf8, "the value is not UTF-8");
        if (!TryFindEnvelope(value))
            return _rejection;
        var op = _envelope[Envelope.Op];
        if (op.Kind == JsonKind.Absent)
            return Envelope.IsNoChange(_envelope, _hasOtherFields)
                ? DecodeResult.Of(DecodeStatus.Ignored)
                : DecodeResult.Rejected(RejectReason.NotAnEnvelope, "no field op");
        if (!op.TryText(value, out var letter) || letter.Length != 1 || !"crudtm"u8.Contains(letter[0]))
            return DecodeResult.Rejected(RejectReason.NotAnEnvelope, $"op at byte {op.Start} is none of crudtm");
        if (letter[0] == 'm')
            return DecodeResult.Of(DecodeStatus.Ignored);
        var source = _envelope[Envelope.Source];
        if (!_metaReader.TryRead(value, source, (ChangeKind)letter[0], out var meta, out _rejection))
            return _rejection;
        if (meta.Kind == ChangeKind.Truncate)
        {
            rows.LastMeta = meta;
            return DecodeResult.Of(DecodeStatus.Truncate);
        }
        if (!TryReadKey(key, keyIsNull))
            return _rejection;
        var added = meta.Kind == ChangeKind.Delete ? TryAddDeleted(value, rows) : TryAddRow(value, meta.Kind, rows);
        if (!added)
            return _rejection;
        rows.Finish(meta);
        return DecodeResult.Of(DecodeStatus.Row);
    }

    bool TryFindEnvelope(ReadOnlySpan<byte> value)
    {
        var document = JsonField.Document(value);
        if (document.Kind != JsonKind.Object)
            return Reject(RejectReason.NotAnEnvelope, "the value is not an object");
        if (!TryFind(value, document, Envelope.Names, _envelope))
            return false;
        if (_envelope[Envelope.Op].Kind != JsonKind.Absent || _envelope[Envelope.Payload].Kind == JsonKind.Absent)
            return true;
        var payload = _envelope[Envelope.Payload];
        return payload.Kind == JsonKind.Object
            ? TryFind(value, payload, Envelope.Names, _envelope)
            : Reject(RejectReason.NotAnEnvelope, "the payload is not an object");
    }

    bool TryFind(ReadOnlySpan<byte> json, JsonField parent, NameTable names, Span<JsonField> fields)
    {
        if (!parent.TryFind(json, names, fields, out var unknown))
            return Reject(RejectReason.InvalidUtf8, $"half of a surrogate pair in the name at byte {unknown.Start}");
        _hasOtherFields = unknown.Kind != JsonKind.Absent;
        return true;
    }

    /// <summary>Puts the key's columns into <see cref="_keyValues"/>.</summary>
    bool TryReadKey(ReadOnlySpan<byte> key, bool keyIsNull)
    {
        _keyValues.Clear();
        _hasKey = false;
        if (keyIsNull || !_plan.HasKey)
            return true;
        if (!Utf8.IsValid(key))
            return Reject(RejectReason.InvalidUtf8, "the key is not UTF-8");
        var document = JsonField.Document(key);
        if (document.Kind == JsonKind.Object)
        {
            if (!TryFind(key, document, Envelope.KeyNames, _keyDocument))
                return false;
            var (payload, schema) = (_keyDocument[Envelope.KeyPayload], _keyDocument[Envelope.KeySchema]);
            if (schema.Kind != JsonKind.Absent && payload.Kind is JsonKind.Object or JsonKind.Null && !_hasOtherFields)
                document = payload;
        }
        if (document.Kind == JsonKind.Null)
            return true;
        if (document.Kind != JsonKind.Object)
            return Reject(RejectReason.MissingKey, "the key is not an object");
        if (!document.TryFind(key, _plan.Names, _key, out var unknown))
            return Reject(RejectReason.InvalidUtf8, $"half of a surrogate pair in the key at byte {unknown.Start}");
        if (unknown.Kind != JsonKind.Absent)
            return Reject(RejectReason.UnknownColumn, $"the key's field {unknown.NameText(key)} is no column");
        _hasKey = true;
        return TryAppendKey(key);
    }

    bool TryAppendKey(ReadOnlySpan<byte> key)
    {
        for (var ordinal = 0; ordinal < _key.Length; ordinal++)
        {
            var column = _plan.Schema.Columns[ordinal];
            var field = _key[ordinal];
            if (column.IsKey)
            {
                if (field.Kind is JsonKind.Absent or JsonKind.Null)
                    return Reject(RejectReason.MissingKey, $"the key has no {column.Name}");
                if (!TryAppend(key, field, ordinal, _keyValues.Columns[ordinal], inKey: true))
                    return false;
            }
            else if (field.Kind != JsonKind.Absent)
            {
                return Reject(RejectReason.UnknownColumn, $"the key has {column.Name}, which is not in the schema's");
            }
        }
        return true;
    }

    bool TryAddDeleted(ReadOnlySpan<byte> value, ChangeRows rows)
    {
        if (_plan.HasKey)
        {
            if (!_hasKey)
                return Reject(RejectReason.MissingKey, "a delete without a key");
            for (var ordinal = 0; ordinal < _row.Length; ordinal++)
            {
                var target = rows.Values.Columns[ordinal];
                if (_plan.Schema.Columns[ordinal].IsKey)
                    target.AppendFrom(_keyValues.Columns[ordinal], 0);
                else
                    target.AppendNull();
            }
            return true;
        }
        var before = _envelope[Envelope.Before];
        return before.Kind == JsonKind.Object
            ? TryAppendRow(value, before, ChangeKind.Delete, rows)
            : Reject(RejectReason.MissingRow, "a delete with neither key nor before");
    }

    bool TryAddRow(ReadOnlySpan<byte> value, ChangeKind kind, ChangeRows rows)
    {
        var after = _envelope[Envelope.After];
        if (after.Kind != JsonKind.Object)
            return Reject(RejectReason.MissingRow, "after is not an object");
        if (!TryAppendRow(value, after, kind, rows))
            return false;
        foreach (var ordinal in _plan.KeyColumns)
        {
            var column = rows.Values.Columns[ordinal];
            var name = _plan.Schema.Columns[ordinal].Name;
            if (column.IsNull(rows.Count))
                return Reject(RejectReason.MissingKey, $"after has no {name}");
            if (_hasKey && !SameValue(column, rows.Count, _keyValues.Columns[ordinal]))
                return Reject(RejectReason.KeyMismatch, $"key and after differ in {name}");
        }
        return true;
    }

    bool TryAppendRow(ReadOnlySpan<byte> value, JsonField row, ChangeKind kind, ChangeRows rows)
    {
        if (!row.TryFind(value, _plan.Names, _row, out var unknown))
            return Reject(RejectReason.InvalidUtf8, $"half of a surrogate pair in the name at byte {unknown.Start}");
        if (unknown.Kind != JsonKind.Absent)
            return Reject(RejectReason.UnknownColumn, $"the field {unknown.NameText(value)} is no column");
        for (var ordinal = 0; ordinal < _row.Length; ordinal++)
        {
            var field = _row[ordinal];
            if (field.Kind == JsonKind.Absent || (kind is ChangeKind.Create or ChangeKind.Update &&
                field.TryText(value, out var text) && _plan.Columns[ordinal].IsUnavailable(field.Kind, text)))
            {
                rows.Values.Columns[ordinal].AppendNull();
                rows.Unavailable.Add(new UnavailableCell(rows.Count, ordinal, field.Kind == JsonKind.Absent));
            }
            else if (!TryAppend(value, field, ordinal, rows.Values.Columns[ordinal], inKey: false))
            {
                return false;
            }
        }
        return true;
    }

    bool TryAppend(ReadOnlySpan<byte> json, JsonField field, int ordinal, ColumnBuffer target, bool inKey)
    {
        var decoder = _plan.Columns[ordinal];
        if (!field.TryText(json, out var text))
            return RejectField(RejectReason.InvalidUtf8, field, ordinal, inKey);
        var reason = decoder.Append(target, field.Kind, text);
        return reason == RejectReason.None || RejectField(reason, field, ordinal, inKey);
    }

    static bool SameValue(ColumnBuffer column, int row, ColumnBuffer key) => column.Width == 0
        ? column.Value(row).SequenceEqual(key.Value(0))
        : column.FixedValue(row).SequenceEqual(key.FixedValue(0));

    bool RejectField(RejectReason reason, JsonField field, int ordinal, bool inKey) => Reject(
        reason,
        $"column {_plan.Schema.Columns[ordinal].Name} at byte {field.Start} of the {(inKey ? "key" : "value")}: " +
        $"{_plan.Columns[ordinal].Form.Wanted()} wanted, found {field.Kind} of {field.Length} bytes");

    bool Reject(RejectReason reason, string detail)
    {
        _rejection = DecodeResult.Rejected(reason, detail);
        return false;
    }
}
