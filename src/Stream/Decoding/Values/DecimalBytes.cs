using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Tapline.Streaming.Decoding.Values;

/// <summary>Reads decimals from the base64 of their unscaled integer, big-endian two's complement, as Kafka Connect's
/// <c>Decimal</c> and Debezium's <c>VariableScaleDecimal</c> carry them.</summary>
static class DecimalBytes
{
    const int Base64Max = 24; // 18 bytes: an Int128 and room for two bytes of sign.
    const int ScaleMax = 16_383; // The most digits after the point that PostgreSQL's numeric has.

    /// <summary>Reads a number that fits a decimal column.</summary>
    public static RejectReason Read(ReadOnlySpan<byte> base64, int precision, out Int128 unscaled)
    {
        unscaled = 0;
        if (base64.Length > Base64Max)
            return Base64.IsValid(base64) ? RejectReason.ValueOutOfRange : RejectReason.WrongType;
        Span<byte> bytes = stackalloc byte[Base64Max];
        if (Base64.DecodeFromUtf8(base64, bytes, out _, out var count) != OperationStatus.Done || count == 0)
            return RejectReason.WrongType;
        bytes = bytes[..count];
        var sign = bytes[0] >= 0x80 ? (byte)0xFF : (byte)0;
        while (bytes.Length > 16)
        {
            if (bytes[0] != sign || ((bytes[1] ^ sign) & 0x80) != 0)
                return RejectReason.ValueOutOfRange;
            bytes = bytes[1..];
        }
        var value = sign == 0 ? Int128.Zero : Int128.NegativeOne;
        foreach (var unit in bytes)
            value = (value << 8) | unit;
        var limit = DecimalText.PowerOfTen(precision);
        if (value >= limit || value <= -limit)
            return RejectReason.ValueOutOfRange;
        unscaled = value;
        return RejectReason.None;
    }

    /// <summary>The plain notation of a number of any size with <paramref name="scale"/> digits after the point; null
    /// when the text is not base64. A negative scale, which the source's type may declare, arrives as a fraction of
    /// zeros, which is left out (<paramref name="isScaleWrapped"/>).</summary>
    public static string? PlainText(ReadOnlySpan<byte> base64, int scale, bool isScaleWrapped = false)
    {
        if (Math.Abs(scale) > ScaleMax || !Base64.IsValid(base64, out var length) || length == 0)
            return null;
        var bytes = new byte[length];
        if (Base64.DecodeFromUtf8(base64, bytes, out _, out _) != OperationStatus.Done)
            return null;
        var unscaled = new BigInteger(bytes, isUnsigned: false, isBigEndian: true);
        if (scale < 0)
            return (unscaled * BigInteger.Pow(10, -scale)).ToString(CultureInfo.InvariantCulture);
        var digits = BigInteger.Abs(unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        var text = new StringBuilder(digits);
        if (scale > 0)
            text.Insert(digits.Length - scale, '.');
        if (isScaleWrapped && text.ToString().AsSpan(digits.Length - scale + 1).ContainsAnyExcept('0') is false)
            text.Length = digits.Length - scale;
        if (unscaled.Sign < 0)
            text.Insert(0, '-');
        return text.ToString();
    }

    /// <summary>The plain notation of <c>{"scale":1,"value":"Dw=="}</c>; null when it is anything else.</summary>
    public static string? VariableScaleText(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var scale = 0;
        byte[]? base64 = null;
        var scaleSeen = false;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isScale = reader.ValueSpan.SequenceEqual("scale"u8);
            var isValue = reader.ValueSpan.SequenceEqual("value"u8);
            reader.Read();
            if (isScale && reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out scale))
                scaleSeen = true;
            else if (isValue && reader.TokenType == JsonTokenType.String)
                base64 = reader.ValueSpan.ToArray();
            else
                return null;
        }
        return scaleSeen && base64 is not null ? PlainText(base64, scale) : null;
    }
}
