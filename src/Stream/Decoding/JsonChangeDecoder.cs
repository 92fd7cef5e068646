using System.Text.Json;
using System.Text.Unicode;
using Tapline.Contracts;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Decoding;

/// <summary>The plain decoder, over <see cref="Utf8JsonReader"/>: the one that says what is right. First finds where
/// the fields stand, each time by a pass over the document, then reads them in the order that suits it.</summary>
public sealed class JsonChangeDecoder : IChangeDecoder
{
    readonly DecodePlan _plan;
    readonly JsonField[] _envelope = new JsonField[Envelope.Names.Count];
    readonly JsonField[] _added;
    readonly JsonField[] _row;
    readonly JsonKeyReader _key;
    readonly EventMetaReader _metaReader = new();
    JsonField _document;
    bool _hasOtherFields;
    bool _isNoChange;
    DecodeResult _rejection;

    /// <summary>A decoder for one table version.</summary>
    public JsonChangeDecoder(TableSchema schema)
        : this(new DecodePlan(schema))
    {
    }

    internal JsonChangeDecoder(DecodePlan plan)
    {
        _plan = plan;
        _added = new JsonField[plan.Flattened.Names.Count];
        _row = new JsonField[plan.Columns.Length];
        _key = new JsonKeyReader(plan);
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
        if (IsFlattened(key, keyIsNull, value))
            return DecodeFlattened(key, keyIsNull, value, rows);
        if (_document.Kind != JsonKind.Object)
            return DecodeResult.Rejected(RejectReason.NotAnEnvelope, "the value is not an object");
        var op = _envelope[Envelope.Op];
        if (op.Kind == JsonKind.Absent)
            return _isNoChange
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
        var hasBefore = _envelope[Envelope.Before].Kind == JsonKind.Object;
        var added = meta.Kind == ChangeKind.Delete
            ? TryAddDeleted(value, _envelope[Envelope.Before], rows)
            : TryAddRow(value, _envelope[Envelope.After], meta.Kind, hasBefore, isKindKnown: true, rows);
        if (!added)
            return _rejection;
        rows.Finish(meta);
        return DecodeResult.Of(DecodeStatus.Row);
    }

    bool TryFindEnvelope(ReadOnlySpan<byte> value)
    {
        _document = JsonField.Document(value);
        if (!TryFindFields(value))
            return false;
        var payload = _envelope[Envelope.Payload];
        if (_envelope[Envelope.Op].Kind != JsonKind.Absent || payload.Kind == JsonKind.Absent ||
            _envelope[Envelope.Schema].Kind == JsonKind.Absent)
            return true;
        _document = payload;
        return TryFindFields(value);
    }

    bool TryFindFields(ReadOnlySpan<byte> value)
    {
        _envelope.AsSpan().Clear();
        _isNoChange = false;
        if (_document.Kind != JsonKind.Object)
            return true;
        if (!TryFind(value, _document, Envelope.Names, _envelope))
            return false;
        _isNoChange = Envelope.IsNoChange(_envelope, _hasOtherFields);
        return true;
    }

    /// <summary>Whether the value is a row without its envelope, or what such rows have in place of a delete. Where
    /// nobody said so, only a record whose key stands in the row is taken for one.</summary>
    bool IsFlattened(ReadOnlySpan<byte> key, bool keyIsNull, ReadOnlySpan<byte> value)
    {
        var isSaid = _plan.Schema.Format.Form == EventForm.Flattened;
        if (_document.Kind == JsonKind.Null)
            return isSaid || (_plan.HasKey && !keyIsNull);
        if (_document.Kind != JsonKind.Object || IsEnvelope(value) || _isNoChange)
            return false;
        if (isSaid)
            return true;
        if (!_plan.HasKey || keyIsNull || _envelope[Envelope.Source].Kind == JsonKind.Object ||
            !_document.TryFind(value, _plan.Names, _row, out _))
            return false;
        foreach (var ordinal in _plan.KeyColumns)
        {
            if (_row[ordinal].Kind is JsonKind.Absent or JsonKind.Null)
                return false;
        }
        return TryReadKey(key, keyIsNull) && _key.HasKey;
    }

    bool IsEnvelope(ReadOnlySpan<byte> value) =>
        _envelope[Envelope.Source].Kind == JsonKind.Object && _envelope[Envelope.Op].Kind == JsonKind.String &&
        _envelope[Envelope.Op].TryText(value, out var letter) && letter.Length == 1 && "crudtm"u8.Contains(letter[0]);

    DecodeResult DecodeFlattened(ReadOnlySpan<byte> key, bool keyIsNull, ReadOnlySpan<byte> value, ChangeRows rows)
    {
        _added.AsSpan().Clear();
        if (_document.Kind == JsonKind.Object && !TryFind(value, _document, _plan.Flattened.Names, _added))
            return _rejection;
        if (!TryFlattenedKind(value, rows, out var kind))
            return _rejection;
        if (!_metaReader.TryReadAdded(value, _added, kind ?? ChangeKind.Update, out var meta, out _rejection))
            return _rejection;
        if (!TryReadKey(key, keyIsNull))
            return _rejection;
        var added = kind == ChangeKind.Delete
            ? TryAddDeleted(value, _document, rows)
            : TryAddRow(value, _document, meta.Kind, hasBefore: false, isKindKnown: kind is not null, rows);
        if (!added)
            return _rejection;
        rows.Finish(meta);
        return DecodeResult.Of(DecodeStatus.Row);
    }

    /// <summary>What happened; null where neither the event nor its headers say whether the row was there
    /// before.</summary>
    bool TryFlattenedKind(ReadOnlySpan<byte> value, ChangeRows rows, out ChangeKind? kind)
    {
        kind = _document.Kind == JsonKind.Null ? ChangeKind.Delete : rows.Hints.Kind;
        var (op, deleted) = (_added[_plan.Flattened.Op], _added[_plan.Flattened.Deleted]);
        if (op.Kind == JsonKind.String)
        {
            if (!op.TryText(value, out var letter) || letter.Length != 1 || !"crud"u8.Contains(letter[0]))
                return Reject(RejectReason.NotAnEnvelope, $"op at byte {op.Start} is none of crud");
            kind = (ChangeKind)letter[0];
        }
        if (deleted.Kind == JsonKind.True ||
            (deleted.Kind == JsonKind.String && deleted.TryText(value, out var text) && text.SequenceEqual("true"u8)))
            kind = ChangeKind.Delete;
        // The second half of a change of key is a new row; so is what cannot name an old one.
        if (kind is null && (rows.Hints.FollowsKeyChange || !_plan.HasKey))
            kind = ChangeKind.Create;
        return true;
    }

    bool TryFind(ReadOnlySpan<byte> json, JsonField parent, NameTable names, Span<JsonField> fields)
    {
        if (!parent.TryFind(json, names, fields, out var unknown))
            return Reject(RejectReason.InvalidUtf8, $"half of a surrogate pair in the name at byte {unknown.Start}");
        _hasOtherFields = unknown.Kind != JsonKind.Absent;
        return true;
    }

    bool TryReadKey(ReadOnlySpan<byte> key, bool keyIsNull)
    {
        if (_key.TryRead(key, keyIsNull))
            return true;
        _rejection = _key.Rejection;
        return false;
    }

    bool TryAddDeleted(ReadOnlySpan<byte> value, JsonField before, ChangeRows rows)
    {
        if (_plan.HasKey)
        {
            if (!_key.HasKey)
                return TryAddDeletedOf(value, before, rows);
            for (var ordinal = 0; ordinal < _row.Length; ordinal++)
            {
                var target = rows.Values.Columns[ordinal];
                if (_plan.Schema.Columns[ordinal].IsKey)
                    target.AppendFrom(_key.Values.Columns[ordinal], 0);
                else
                    target.AppendNull();
            }
            return true;
        }
        return before.Kind == JsonKind.Object
            ? TryAppendRow(value, before, ChangeKind.Delete, hasBefore: true, isKindKnown: true, rows)
            : Reject(RejectReason.MissingRow, "a delete with neither key nor before");
    }

    // The row's own key is true in what a delete has of the row, whatever else is invented there. A record has no key
    // at all where the connector knows of no unique index: then the whole row has to be its identity.
    bool TryAddDeletedOf(ReadOnlySpan<byte> value, JsonField before, ChangeRows rows)
    {
        if (before.Kind != JsonKind.Object)
            return Reject(RejectReason.MissingKey, "a delete without the row's key");
        if (!TryFind(value, before, _plan.Names, _row))
            return false;
        for (var ordinal = 0; ordinal < _row.Length; ordinal++)
        {
            var target = rows.Values.Columns[ordinal];
            if (!_plan.Schema.Columns[ordinal].IsKey)
                target.AppendNull();
            else if (_row[ordinal].Kind is JsonKind.Absent or JsonKind.Null)
                return Reject(RejectReason.MissingKey, $"before has no {_plan.Schema.Columns[ordinal].Name}");
            else if (!TryAppend(value, _row[ordinal], ordinal, target))
                return false;
        }
        return true;
    }

    bool TryAddRow(
        ReadOnlySpan<byte> value, JsonField after, ChangeKind kind, bool hasBefore, bool isKindKnown, ChangeRows rows)
    {
        if (after.Kind != JsonKind.Object)
            return Reject(RejectReason.MissingRow, "after is not an object");
        if (!TryAppendRow(value, after, kind, hasBefore, isKindKnown, rows))
            return false;
        foreach (var ordinal in _plan.KeyColumns)
        {
            var column = rows.Values.Columns[ordinal];
            var name = _plan.Schema.Columns[ordinal].Name;
            if (column.IsNull(rows.Count))
                return Reject(RejectReason.MissingKey, $"after has no {name}");
            if (_key.HasKey && !SameValue(column, rows.Count, _key.Values.Columns[ordinal]))
                return Reject(RejectReason.KeyMismatch, $"key and after differ in {name}");
        }
        return true;
    }

    bool TryAppendRow(
        ReadOnlySpan<byte> value, JsonField row, ChangeKind kind, bool hasBefore, bool isKindKnown, ChangeRows rows)
    {
        var isFlattened = row == _document;
        var found = row.TryFind(
            value,
            _plan.Names,
            _row,
            out var unknown,
            isFlattened ? _plan.Flattened.Names : null,
            isFlattened ? _plan.Flattened.Prefix : []);
        if (!found)
            return Reject(RejectReason.InvalidUtf8, $"half of a surrogate pair in the name at byte {unknown.Start}");
        if (unknown.Kind != JsonKind.Absent)
            return Reject(RejectReason.UnknownColumn, $"the field {unknown.NameText(value)} is no column");
        var mayLeaveOut = rows.MayLeaveOut(kind);
        for (var ordinal = 0; ordinal < _row.Length; ordinal++)
        {
            var field = _row[ordinal];
            var decoder = _plan.Columns[ordinal];
            var isNull = mayLeaveOut && !hasBefore && field.Kind == JsonKind.Null && decoder.NullMayBeUnavailable;
            if (isNull || field.Kind == JsonKind.Absent || (mayLeaveOut &&
                field.TryText(value, out var text) && decoder.IsUnavailable(field.Kind, text)))
            {
                rows.Values.Columns[ordinal].AppendNull();
                rows.Unavailable.Add(new UnavailableCell(rows.Count, ordinal, field.Kind == JsonKind.Absent)
                {
                    IsNull = isNull,
                    IsNullWithoutBase = isNull && (!isKindKnown || decoder.NullMayBeValue),
                });
            }
            else if (!TryAppend(value, field, ordinal, rows.Values.Columns[ordinal]))
            {
                return false;
            }
        }
        return true;
    }

    bool TryAppend(ReadOnlySpan<byte> json, JsonField field, int ordinal, ColumnBuffer target)
    {
        var decoder = _plan.Columns[ordinal];
        if (!field.TryText(json, out var text))
            return RejectField(RejectReason.InvalidUtf8, field, ordinal);
        var reason = decoder.Append(target, field.Kind, text);
        return reason == RejectReason.None || RejectField(reason, field, ordinal);
    }

    static bool SameValue(ColumnBuffer column, int row, ColumnBuffer key) => column.Width == 0
        ? column.Value(row).SequenceEqual(key.Value(0))
        : column.FixedValue(row).SequenceEqual(key.FixedValue(0));

    bool RejectField(RejectReason reason, JsonField field, int ordinal)
    {
        _rejection = _plan.Rejected(reason, field, ordinal, "value");
        return false;
    }

    bool Reject(RejectReason reason, string detail)
    {
        _rejection = DecodeResult.Rejected(reason, detail);
        return false;
    }
}
