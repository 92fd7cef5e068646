using System.Text;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding;

namespace Tapline.Streaming.Tests.Decoding;

/// <summary>Both decoders of a table, given the same records; fails when they ever answer differently.</summary>
sealed class DecoderPair(TableSchema schema)
{
    const int RowsMax = 40; // Rows stay for a while, so that a half row that is not taken back is noticed.

    readonly JsonChangeDecoder _plain = new(schema);
    readonly ScanningChangeDecoder _fast = new(schema);
    readonly ChangeRows _plainRows = new(schema);
    readonly ChangeRows _fastRows = new(schema);

    public ChangeRows Rows => _fastRows;

    /// <summary>What the headers of the next records say.</summary>
    public EventHints Hints
    {
        set => (_plainRows.Hints, _fastRows.Hints) = (value, value);
    }

    public long DeferredCount => _fast.DeferredCount;

    public DecodeResult Decode(byte[]? key, byte[]? value)
    {
        if (_plainRows.Count == RowsMax)
        {
            _plainRows.Clear();
            _fastRows.Clear();
        }
        var before = _plainRows.Count;
        var plain = _plain.Decode(key, key is null, value, value is null, _plainRows);
        var fast = _fast.Decode(key, key is null, value, value is null, _fastRows);
        var same = plain == fast && Same(before + (plain.Status == DecodeStatus.Row ? 1 : 0));
        Assert.True(same, same ? null : $"plain {plain} {_plainRows.LastMeta}, fast {fast} {_fastRows.LastMeta}\n" +
            $"key {Text(key)}\nvalue {Text(value)}");
        return fast;
    }

    bool Same(int count)
    {
        if (_plainRows.Count != count || _fastRows.Count != count || _plainRows.LastMeta != _fastRows.LastMeta ||
            !_plainRows.Metas.SequenceEqual(_fastRows.Metas) ||
            !_plainRows.Unavailable.SequenceEqual(_fastRows.Unavailable))
            return false;
        for (var i = 0; i < schema.Columns.Length; i++)
        {
            var (plain, fast) = (_plainRows.Values.Columns[i], _fastRows.Values.Columns[i]);
            if (plain.Count != count || fast.Count != count || plain.NullCount != fast.NullCount ||
                !plain.Validity.SequenceEqual(fast.Validity) || !plain.FixedBytes.SequenceEqual(fast.FixedBytes) ||
                !plain.Offsets.SequenceEqual(fast.Offsets) || !plain.Bytes.SequenceEqual(fast.Bytes))
                return false;
        }
        return true;
    }

    static string Text(byte[]? bytes) => bytes is null ? "null" : Encoding.UTF8.GetString(bytes);
}
