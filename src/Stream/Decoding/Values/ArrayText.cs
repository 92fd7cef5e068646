using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Decoding.Values;

/// <summary>Writes the elements of an array as our own source spells them: each is decoded as a column of its type
/// would be, and written again. Not thread-safe.</summary>
sealed class ArrayText
{
    readonly ColumnSchema _element;
    readonly ColumnDecoder _decoder;
    readonly ColumnBuffer _value;

    /// <summary>For arrays of a source type.</summary>
    public ArrayText(string elementType, WireFormat format)
    {
        _element = PostgresTypes.Column("element", elementType);
        _decoder = new ColumnDecoder(_element, format, new Placeholder(format));
        _value = new ColumnBuffer(_element);
    }

    /// <summary>Whether the events spell the elements of an array otherwise than our own source does.</summary>
    public static bool IsNeeded(string elementType, WireFormat format) =>
        ValueForms.Of(PostgresTypes.Column("element", elementType), format) switch
        {
            ValueForm.Float32 or ValueForm.Float64 => format.Writer == EventWriter.Debezium,
            ValueForm.DecimalText => format.Decimals == DecimalMode.Double,
            ValueForm.Date => format.Times != TimeMode.IsoString || format.Writer == EventWriter.Debezium,
            ValueForm.Boolean or ValueForm.Int16 or ValueForm.Int32 or ValueForm.Int64 or ValueForm.TimestampZoned
                or ValueForm.TimestampText or ValueForm.Base64 => false,
            ValueForm.Text => elementType == "hstore" && format.Hstores == HstoreMode.Map,
            _ => true,
        };

    /// <summary>Writes an array with its brackets; a reason when an element is not of the type.</summary>
    public RejectReason Write(ReadOnlySpan<byte> json, ArrayBufferWriter<byte> target)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return reader.TokenType == JsonTokenType.StartArray
            ? WriteArray(ref reader, json, target)
            : RejectReason.WrongType;
    }

    RejectReason WriteArray(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ArrayBufferWriter<byte> target)
    {
        target.Write("["u8);
        for (var first = true; reader.Read() && reader.TokenType != JsonTokenType.EndArray; first = false)
        {
            if (!first)
                target.Write(","u8);
            var reason = reader.TokenType switch
            {
                JsonTokenType.Null => WriteNull(target),
                JsonTokenType.StartArray when _decoder.Form is not (ValueForm.Vector or ValueForm.Array) =>
                    WriteArray(ref reader, json, target),
                _ => WriteElement(ref reader, json, target),
            };
            if (reason != RejectReason.None)
                return reason;
        }
        target.Write("]"u8);
        return RejectReason.None;
    }

    static RejectReason WriteNull(ArrayBufferWriter<byte> target)
    {
        target.Write("null"u8);
        return RejectReason.None;
    }

    RejectReason WriteElement(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ArrayBufferWriter<byte> target)
    {
        var kind = JsonKinds.Of(reader.TokenType);
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var field = new JsonField(kind, start, (int)reader.BytesConsumed - start);
        if (!field.TryText(json, out var text))
            return RejectReason.InvalidUtf8;
        _value.Clear();
        var reason = _decoder.Append(_value, kind, text);
        if (reason == RejectReason.None)
            WriteValue(target);
        return reason;
    }

    void WriteValue(ArrayBufferWriter<byte> target)
    {
        var room = target.GetSpan(IsoText.LengthMax + 2);
        switch (_value.Type)
        {
            case ColumnType.Boolean:
                target.Write(_value.Booleans[0] == 1 ? "true"u8 : "false"u8);
                break;
            case ColumnType.Int16 or ColumnType.Int32:
                _value.Int32s[0].TryFormat(room, out var length, default, CultureInfo.InvariantCulture);
                target.Advance(length);
                break;
            case ColumnType.Int64:
                _value.Int64s[0].TryFormat(room, out length, default, CultureInfo.InvariantCulture);
                target.Advance(length);
                break;
            case ColumnType.Float32 when float.IsFinite(_value.Float32s[0]):
                target.Advance(FloatText.Write(_value.Float32s[0], room));
                break;
            case ColumnType.Float64 when double.IsFinite(_value.Float64s[0]):
                target.Advance(FloatText.Write(_value.Float64s[0], room));
                break;
            case ColumnType.String:
                JsonString.Write(_value.Value(0), target);
                break;
            case ColumnType.Binary:
                WriteBase64(_value.Value(0), target);
                break;
            default:
                target.Advance(WriteQuoted(room));
                break;
        }
    }

    int WriteQuoted(Span<byte> room)
    {
        room[0] = (byte)'"';
        var inside = room[1..];
        var length = _value.Type switch
        {
            ColumnType.Float32 => FloatText.Write(_value.Float32s[0], inside),
            ColumnType.Float64 => FloatText.Write(_value.Float64s[0], inside),
            ColumnType.Date => IsoText.WriteDate(_value.Int32s[0], inside),
            ColumnType.Timestamp => IsoText.WriteTimestamp(_value.Int64s[0], inside),
            _ => DecimalText.Write(
                _value.Width == sizeof(long) ? _value.Int64s[0] : _value.Int128s[0], _element.Scale, inside),
        };
        room[length + 1] = (byte)'"';
        return length + 2;
    }

    static void WriteBase64(ReadOnlySpan<byte> bytes, ArrayBufferWriter<byte> target)
    {
        target.Write("\""u8);
        var room = target.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        Base64.EncodeToUtf8(bytes, room, out _, out var length);
        target.Advance(length);
        target.Write("\""u8);
    }
}
