using System.Text;
using System.Text.Unicode;
using Tapline.Contracts;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding.Scanning;
using Tapline.Streaming.Decoding.Values;

namespace Tapline.Streaming.Decoding;

/// <summary>The fast decoder: one pass over the event, values straight into their columns, fields in any order but
/// soonest in the expected one. Whatever is out of the ordinary, and all that is to be rejected, it hands to
/// <see cref="JsonChangeDecoder"/>, so that both always answer the same.</summary>
public sealed class ScanningChangeDecoder : IChangeDecoder
{
    const int Before = 0;
    const int After = 1;
    const int Source = 2;
    const int Op = 4;
    const int Payload = 8;

    const int Needed = 1 << Source | 1 << Op;

    readonly FieldOrder _order = new(
        ["before", "after", "source", "transaction", "op", "ts_ms", "ts_us", "ts_ns", "payload"]);

    readonly EventBytes _record = new();
    readonly SchemaPrefix _valueSchema = new();
    readonly SchemaPrefix _keySchema = new();
    readonly SourceScanner _source = new();
    readonly DecodePlan _plan;
    readonly JsonChangeDecoder _plain;
    readonly RowScanner _row;
    readonly KeyScanner _key;

    /// <summary>A decoder for one table version.</summary>
    public ScanningChangeDecoder(TableSchema schema)
    {
        _plan = new DecodePlan(schema);
        _plain = new JsonChangeDecoder(_plan);
        _row = new RowScanner(_plan);
        _key = new KeyScanner(_plan, _row);
    }

    /// <summary>How many records were left to the plain decoder.</summary>
    public long DeferredCount { get; private set; }

    /// <inheritdoc/>
    public DecodeResult Decode(
        ReadOnlySpan<byte> key, bool keyIsNull, ReadOnlySpan<byte> value, bool valueIsNull, ChangeRows rows)
    {
        if (!valueIsNull && ReferenceEquals(rows.Schema, _plan.Schema) &&
            (long)key.Length + value.Length <= DecodePlan.EventBytesMax &&
            (Ascii.IsValid(value) || Utf8.IsValid(value)))
        {
            _record.Set(_valueSchema.Without(value), keyIsNull ? key : _keySchema.Without(key));
            var scanned = TryScan(keyIsNull, rows, out var meta);
            _record.Release();
            if (scanned)
            {
                if (meta.Kind == ChangeKind.Truncate)
                {
                    rows.LastMeta = meta;
                    return DecodeResult.Of(DecodeStatus.Truncate);
                }
                rows.Finish(meta);
                return DecodeResult.Of(DecodeStatus.Row);
            }
            rows.DropUnfinished();
        }
        DeferredCount += valueIsNull ? 0 : 1;
        return _plain.Decode(key, keyIsNull, value, valueIsNull, rows);
    }

    bool TryScan(bool keyIsNull, ChangeRows rows, out ChangeMeta meta)
    {
        var scanner = new JsonScanner(_record.Value);
        meta = default;
        if (!TryScanEnvelope(ref scanner, rows, out var op, out var hasRow, out var hasBefore) || !scanner.AtEnd())
            return false;
        meta = _source.Meta((ChangeKind)op);
        return meta.Kind switch
        {
            ChangeKind.Create or ChangeKind.Update or ChangeKind.Read =>
                hasRow && _row.TryFinish(rows, meta.Kind, hasBefore) && _key.Agrees(_record, keyIsNull),
            ChangeKind.Delete => !hasRow && _key.TryAppendRow(_record, keyIsNull, rows),
            ChangeKind.Truncate => !hasRow,
            _ => false,
        };
    }

    bool TryScanEnvelope(
        ref JsonScanner scanner, ChangeRows rows, out byte op, out bool hasRow, out bool hasBefore)
    {
        (op, hasRow, hasBefore) = ((byte)0, false, false);
        if (!scanner.TryTake((byte)'{'))
            return false;
        var seen = 0;
        var index = _order.Start;
        while ((index = scanner.NextField(_order, index)) >= 0)
        {
            // Where a field comes twice the last one counts; the plain decoder knows how.
            if (index != _order.Other && (seen >> index & 1) != 0)
                return false;
            seen |= 1 << index;
            hasBefore |= index == Before && scanner.Current == '{';
            var taken = index switch
            {
                After => TryScanAfter(ref scanner, rows, out hasRow),
                Source => _source.TryScan(ref scanner),
                Op => scanner.TryPlainString(out var text) && TryOp(text, out op),
                Payload => false,
                _ => scanner.TryValue(out _, out _, out _),
            };
            if (!taken)
                return false;
        }
        return index == JsonScanner.End && (seen & Needed) == Needed;
    }

    bool TryScanAfter(ref JsonScanner scanner, ChangeRows rows, out bool hasRow)
    {
        hasRow = scanner.TryTake((byte)'{');
        return hasRow ? _row.TryScan(ref scanner, rows) : scanner.TryNull();
    }

    static bool TryOp(ReadOnlySpan<byte> text, out byte op)
    {
        op = text.Length == 1 ? text[0] : (byte)0;
        return op != 0;
    }
}
