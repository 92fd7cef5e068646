using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Decoding.Values;

/// <summary>Appends what the lake keeps as text and events spell as something else: arrays, objects, numbers, encoded
/// bytes. The text is the one that our own source would have sent. Not thread-safe.</summary>
sealed class StructuredText
{
    readonly ArrayBufferWriter<byte> _text = new(256);
    readonly ValueForm _form;
    readonly BinaryMode _binary;
    readonly ArrayText? _array;

    /// <summary>For a column of such a form.</summary>
    public StructuredText(ValueForm form, ColumnSchema column, WireFormat format)
    {
        _form = form;
        _binary = format.Binary;
        if (form == ValueForm.Array)
            _array = new ArrayText(column.SourceType[..^2], format);
    }

    /// <summary>Appends a value that is not null; appends nothing when it answers a reason.</summary>
    public RejectReason Append(ColumnBuffer target, JsonKind kind, ReadOnlySpan<byte> text)
    {
        _text.ResetWrittenCount();
        var reason = (_form, kind) switch
        {
            (ValueForm.NumericDouble, JsonKind.String or JsonKind.Number) => WriteNumeric(text),
            (ValueForm.NumericWhole, JsonKind.String) => WriteWhole(text),
            (ValueForm.EncodedText, JsonKind.String) => WriteDecoded(text),
            (_, JsonKind.String) => WriteAsIs(text),
            (ValueForm.Array, JsonKind.Array) => _array!.Write(text, _text),
            (ValueForm.Point, JsonKind.Object) => Reason(GeometryText.TryPoint(text, _text)),
            (ValueForm.Geometry, JsonKind.Object) => Reason(GeometryText.TryGeometry(text, _text)),
            (ValueForm.Vector, JsonKind.Array) => Reason(GeometryText.TryVector(text, _text)),
            (ValueForm.SparseVector, JsonKind.Object) => Reason(GeometryText.TrySparseVector(text, _text)),
            (ValueForm.IntervalMicroseconds, JsonKind.Number) => WriteInterval(text),
            _ => RejectReason.WrongType,
        };
        if (reason == RejectReason.None)
            target.Append(_text.WrittenSpan);
        return reason;
    }

    static RejectReason Reason(bool written) => written ? RejectReason.None : RejectReason.WrongType;

    RejectReason WriteAsIs(ReadOnlySpan<byte> text)
    {
        _text.Write(text);
        return RejectReason.None;
    }

    RejectReason WriteWhole(ReadOnlySpan<byte> text)
    {
        var point = text.IndexOf((byte)'.');
        return WriteAsIs(point > 0 && !text[(point + 1)..].ContainsAnyExcept((byte)'0') ? text[..point] : text);
    }

    RejectReason WriteInterval(ReadOnlySpan<byte> text)
    {
        if (!Utf8Parser.TryParse(text, out long microseconds, out var length) || length != text.Length)
            return RejectReason.WrongType;
        _text.Advance(IntervalText.Write(microseconds, _text.GetSpan(IntervalText.LengthMax)));
        return RejectReason.None;
    }

    // Java's 1.0E10 as plain digits; the words for what is no number are those of the text mode.
    RejectReason WriteNumeric(ReadOnlySpan<byte> text)
    {
        if (text.SequenceEqual("NaN"u8))
            return WriteAsIs("NAN"u8);
        if (text.SequenceEqual("Infinity"u8))
            return WriteAsIs("POSITIVE_INFINITY"u8);
        if (text.SequenceEqual("-Infinity"u8))
            return WriteAsIs("NEGATIVE_INFINITY"u8);
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ||
            !double.IsFinite(number))
            return RejectReason.WrongType;
        return WriteAsIs(Encoding.ASCII.GetBytes(DecimalText.Plain(number)));
    }

    // A type that the connector does not know comes as the bytes of its text; one that it learns of comes as the text.
    RejectReason WriteDecoded(ReadOnlySpan<byte> text)
    {
        var bytes = _text.GetSpan(Math.Max(text.Length, 1));
        int length;
        var status = _binary switch
        {
            BinaryMode.Hex => Convert.FromHexString(text, bytes, out _, out length),
            BinaryMode.Base64UrlSafe => Base64Url.DecodeFromUtf8(text, bytes, out _, out length),
            _ => Base64.DecodeFromUtf8(text, bytes, out _, out length),
        };
        if (status != OperationStatus.Done || !Utf8.IsValid(bytes[..length]))
            return WriteAsIs(text);
        _text.Advance(length);
        return RejectReason.None;
    }
}
