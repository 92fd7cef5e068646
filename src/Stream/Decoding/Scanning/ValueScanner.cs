using Tapline.Contracts.Columns;
using Tapline.Streaming.Decoding.Values;

namespace Tapline.Streaming.Decoding.Scanning;

/// <summary>Appends values to one column straight from an event, where they are spelled as they mostly are.</summary>
sealed class ValueScanner
{
    readonly ValueForm _form;
    readonly int _scale;
    readonly long _limit;
    readonly int _plainLengthMax;

    public ValueScanner(ColumnDecoder decoder)
    {
        Decoder = decoder;
        _form = decoder.Form;
        _scale = decoder.Scale;
        // 0 for a wide decimal or one with an odd scale, which are left to the decoder.
        _limit = decoder is { Precision: > 0 and <= 18, Scale: >= 0 and <= 18 }
            ? NumberScanner.PowerOfTen(decoder.Precision)
            : 0;
        _plainLengthMax = decoder.UnavailableLengthMin - 1;
    }

    /// <summary>Takes all other spellings.</summary>
    public ColumnDecoder Decoder { get; }

    /// <summary>Takes and appends a value. When it answers false it has done neither.</summary>
    public bool TryAppend(ref JsonScanner scanner, ColumnBuffer target)
    {
        if (scanner.Current == 'n')
        {
            if (!scanner.TryNull())
                return false;
            target.AppendNull();
            return true;
        }
        switch (_form)
        {
            case ValueForm.Text:
            case >= ValueForm.IntervalMicroseconds: // As a string it is the text itself.
                return TryText(ref scanner, target);
            case ValueForm.Int64:
                return TryLong(ref scanner, target);
            case ValueForm.Int32:
                return TryInteger(ref scanner, target, int.MinValue, int.MaxValue);
            case ValueForm.Int16:
                return TryInteger(ref scanner, target, short.MinValue, short.MaxValue);
            case ValueForm.Float64:
                return TryDouble(ref scanner, target);
            case ValueForm.DecimalText:
                return TryDecimal(ref scanner, target);
            case ValueForm.Boolean:
                return TryBoolean(ref scanner, target);
            case ValueForm.Date:
                return scanner.Current == '"'
                    ? TryDate(ref scanner, target)
                    : TryInteger(ref scanner, target, TimeText.EarliestDays + 1, int.MaxValue);
            case >= ValueForm.TimestampZoned and <= ValueForm.TimestampNanoseconds:
                return TryTimestamp(ref scanner, target);
            default:
                return false;
        }
    }

    bool TryText(ref JsonScanner scanner, ColumnBuffer target)
    {
        var start = scanner;
        if (!scanner.TryPlainString(out var text))
            return false;
        if (text.Length > _plainLengthMax && Decoder.IsUnavailable(JsonKind.String, text))
        {
            scanner = start;
            return false;
        }
        target.Append(text);
        return true;
    }

    static bool TryLong(ref JsonScanner scanner, ColumnBuffer target)
    {
        var length = NumberScanner.Integer(in scanner.Rest, out var value);
        if (length == 0)
            return false;
        scanner.Take(length);
        target.Append(value);
        return true;
    }

    static bool TryInteger(ref JsonScanner scanner, ColumnBuffer target, int smallest, int largest)
    {
        var length = NumberScanner.Integer(in scanner.Rest, out var value);
        if (length == 0 || value < smallest || value > largest)
            return false;
        scanner.Take(length);
        target.Append((int)value);
        return true;
    }

    static bool TryDouble(ref JsonScanner scanner, ColumnBuffer target)
    {
        var length = NumberScanner.Double(in scanner.Rest, out var value);
        if (length == 0)
            return false;
        scanner.Take(length);
        target.Append(value);
        return true;
    }

    bool TryDecimal(ref JsonScanner scanner, ColumnBuffer target)
    {
        if (scanner.Current != '"' || _limit == 0)
            return false;
        var length = NumberScanner.Decimal(in scanner.Byte(1), out var unscaled, out var fraction);
        if (length == 0 || fraction > _scale || scanner.Byte(length + 1) != '"')
            return false;
        var factor = NumberScanner.PowerOfTen(_scale - fraction);
        // Less than the limit after the multiplication, asked for in a way that cannot overflow.
        if (Math.Abs(unscaled) > (_limit - 1) / factor)
            return false;
        scanner.Take(length + 2);
        target.Append(unscaled * factor);
        return true;
    }

    static bool TryBoolean(ref JsonScanner scanner, ColumnBuffer target)
    {
        var value = scanner.Current == 't';
        if (!scanner.TryWord(value ? "true"u8 : "false"u8))
            return false;
        target.Append(value);
        return true;
    }

    static bool TryDate(ref JsonScanner scanner, ColumnBuffer target)
    {
        var length = TimeScanner.Date(in scanner.Byte(1), out var days);
        if (length == 0)
            return false;
        var end = scanner.Byte(length + 1) == 'Z' ? length + 2 : length + 1;
        if (scanner.Byte(end) != '"')
            return false;
        scanner.Take(end + 1);
        target.Append(days);
        return true;
    }

    bool TryTimestamp(ref JsonScanner scanner, ColumnBuffer target)
    {
        int length;
        long microseconds;
        if (scanner.Current == '"')
        {
            length = TimeScanner.Timestamp(in scanner.Byte(1), out microseconds) + 2;
            if (length == 2 || scanner.Byte(length - 1) != '"')
                return false;
        }
        else
        {
            length = NumberScanner.Integer(in scanner.Rest, out microseconds);
            if (length == 0 || _form != ValueForm.TimestampMicroseconds || microseconds < TimeText.EarliestUs)
                return false;
            microseconds = TimeText.Infinite(microseconds);
        }
        scanner.Take(length);
        target.Append(microseconds);
        return true;
    }
}
