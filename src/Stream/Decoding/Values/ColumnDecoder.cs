using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Decoding.Values;

/// <summary>Appends JSON values to one column. What its values look like is decided once, here.</summary>
sealed class ColumnDecoder
{
    readonly Placeholder? _placeholder;
    readonly StructuredText? _structured;
    readonly int _wireScale;
    readonly EventWriter _writer;
    readonly bool _isAlphabetOpen;

    public ColumnDecoder(ColumnSchema column, WireFormat format, Placeholder placeholder)
    {
        Form = ValueForms.Of(column, format);
        IsKey = column.IsKey;
        _writer = format.Writer;
        _isAlphabetOpen = format is { Writer: EventWriter.Debezium, Binary: BinaryMode.Base64 };
        NullMayBeUnavailable = !column.IsKey && UnchangedNull.IsPossible(column, format);
        NullMayBeValue = format.IsTypeOpen;
        if (Form >= ValueForm.NumericDouble)
            _structured = new StructuredText(Form, column, format);
        // A numeric without a declared precision carries its scale in each value. The connector takes the scale from
        // the lower 11 bits of the type's modifier without their sign: -2 is 2046 to it.
        (Precision, Scale) = Form == ValueForm.NumericBytes
            ? (0, (PostgresTypes.Split(column.SourceType).Second ?? (column.SourceType == "money" ? 2 : 0)) & 0x7FF)
            : (column.Precision, column.Scale);
        // The bytes are an integer under the scale of the source's type, whatever scale the lake's column has.
        _wireScale = PostgresTypes.Split(column.SourceType) is ("numeric", not null, var second)
            ? second ?? 0
            : column.Scale;
        // A key always has its value: a text that looks like the placeholder is that value.
        if (!column.IsKey && column.Type is ColumnType.String or ColumnType.Binary)
            _placeholder = placeholder;
    }

    /// <summary>How the values are spelled.</summary>
    public ValueForm Form { get; }

    /// <summary>Whether the column is part of the primary key.</summary>
    public bool IsKey { get; }

    /// <summary>Decimal digits in all.</summary>
    public int Precision { get; }

    /// <summary>Decimal digits after the point.</summary>
    public int Scale { get; }

    /// <summary>Whether the null of an update may stand for a value that the event does not carry.</summary>
    public bool NullMayBeUnavailable { get; }

    /// <summary>Whether such a null is taken for one where the row before it is not known.</summary>
    public bool NullMayBeValue { get; }

    /// <summary>A shorter text does not stand for a value that the event does not carry.</summary>
    public int UnavailableLengthMin => _placeholder?.LengthMin ?? int.MaxValue;

    /// <summary>Whether a value stands for one that the event does not carry.</summary>
    public bool IsUnavailable(JsonKind kind, ReadOnlySpan<byte> text) => _placeholder is not null && kind switch
    {
        JsonKind.String => _placeholder.IsText(text),
        JsonKind.Array or JsonKind.Object => _placeholder.IsStructure(text),
        _ => false,
    };

    /// <summary>Appends a value: for a string its unescaped bytes, for all else the JSON as it stands. Appends nothing
    /// when it answers a reason.</summary>
    public RejectReason Append(ColumnBuffer target, JsonKind kind, ReadOnlySpan<byte> text)
    {
        if (kind == JsonKind.Null)
        {
            target.AppendNull();
            return RejectReason.None;
        }
        return Form switch
        {
            ValueForm.Boolean => AppendBoolean(target, kind),
            ValueForm.Int16 => AppendInteger(target, kind, text, short.MinValue, short.MaxValue),
            ValueForm.Int32 => AppendInteger(target, kind, text, int.MinValue, int.MaxValue),
            ValueForm.Int64 => AppendLong(target, kind, text),
            ValueForm.Float32 => AppendSingle(target, kind, text),
            ValueForm.Float64 => AppendDouble(target, kind, text),
            ValueForm.DecimalText or ValueForm.DecimalBytes => AppendDecimal(target, kind, text),
            ValueForm.Date => AppendDate(target, kind, text),
            >= ValueForm.TimestampZoned and <= ValueForm.TimestampNanoseconds => AppendTimestamp(target, kind, text),
            >= ValueForm.Base64 and <= ValueForm.Hex => AppendBytes(target, kind, text),
            ValueForm.NumericBytes when kind != JsonKind.Number => AppendNumeric(target, kind, text),
            >= ValueForm.NumericDouble => _structured!.Append(target, kind, text),
            >= ValueForm.TimeMilliseconds when kind == JsonKind.Number => AppendTime(target, text),
            _ => AppendText(target, text),
        };
    }

    static RejectReason AppendText(ColumnBuffer target, ReadOnlySpan<byte> text)
    {
        target.Append(text);
        return RejectReason.None;
    }

    static RejectReason AppendBoolean(ColumnBuffer target, JsonKind kind)
    {
        if (kind is not (JsonKind.True or JsonKind.False))
            return RejectReason.WrongType;
        target.Append(kind == JsonKind.True);
        return RejectReason.None;
    }

    static RejectReason AppendInteger(
        ColumnBuffer target, JsonKind kind, ReadOnlySpan<byte> text, int smallest, int largest)
    {
        var reason = ReadLong(kind, text, out var value);
        if (reason != RejectReason.None)
            return reason;
        if (value < smallest || value > largest)
            return RejectReason.ValueOutOfRange;
        target.Append((int)value);
        return RejectReason.None;
    }

    static RejectReason AppendLong(ColumnBuffer target, JsonKind kind, ReadOnlySpan<byte> text)
    {
        var reason = ReadLong(kind, text, out var value);
        if (reason == RejectReason.None)
            target.Append(value);
        return reason;
    }

    /// <summary>An integer in plain digits: 1.0 and 1e2 are not taken for integers.</summary>
    static RejectReason ReadLong(JsonKind kind, ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        if (kind != JsonKind.Number)
            return RejectReason.WrongType;
        if (Utf8Parser.TryParse(text, out value, out int length) && length == text.Length)
            return RejectReason.None;
        return text.ContainsAny((byte)'.', (byte)'e', (byte)'E')
            ? RejectReason.WrongType
            : RejectReason.ValueOutOfRange;
    }

    static RejectReason AppendSingle(ColumnBuffer target, JsonKind kind, ReadOnlySpan<byte> text)
    {
        if (kind == JsonKind.Number)
        {
            if (!float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                return RejectReason.WrongType;
            if (!float.IsFinite(value))
                return RejectReason.ValueOutOfRange;
            target.Append(value);
            return RejectReason.None;
        }
        if (!TryNotFinite(kind, text, out var special))
            return RejectReason.WrongType;
        target.Append((float)special);
        return RejectReason.None;
    }

    static RejectReason AppendDouble(ColumnBuffer target, JsonKind kind, ReadOnlySpan<byte> text)
    {
        if (kind == JsonKind.Number)
        {
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
                return RejectReason.WrongType;
            if (!double.IsFinite(value))
                return RejectReason.ValueOutOfRange;
            target.Append(value);
            return RejectReason.None;
        }
        if (!TryNotFinite(kind, text, out var special))
            return RejectReason.WrongType;
        target.Append(special);
        return RejectReason.None;
    }

    static bool TryNotFinite(JsonKind kind, ReadOnlySpan<byte> text, out double value)
    {
        value = text.SequenceEqual("Infinity"u8) ? double.PositiveInfinity
            : text.SequenceEqual("-Infinity"u8) ? double.NegativeInfinity
            : text.SequenceEqual("NaN"u8) ? double.NaN
            : 0;
        return kind == JsonKind.String && !double.IsFinite(value);
    }

    RejectReason AppendDecimal(ColumnBuffer target, JsonKind kind, ReadOnlySpan<byte> text)
    {
        if (Form == ValueForm.DecimalBytes && kind == JsonKind.Object)
        {
            var plain = DecimalBytes.VariableScaleText(text);
            return plain is null
                ? RejectReason.WrongType
                : AppendDecimal(target, JsonKind.Number, Encoding.UTF8.GetBytes(plain));
        }
        if (kind is not (JsonKind.Number or JsonKind.String))
            return RejectReason.WrongType;
        var reason = Form == ValueForm.DecimalBytes && kind == JsonKind.String
            ? ReadDecimalBytes(text, out var value)
            : DecimalText.Read(text, Precision, Scale, out value);
        if (reason != RejectReason.None)
            return reason;
        if (target.Width == sizeof(long))
            target.Append((long)value);
        else
            target.Append(value);
        return RejectReason.None;
    }

    RejectReason ReadDecimalBytes(ReadOnlySpan<byte> text, out Int128 value)
    {
        if (_wireScale == Scale)
            return DecimalBytes.Read(text, Precision, out value);
        var reason = DecimalBytes.Read(text, PostgresTypes.DecimalPrecisionMax, out value);
        return reason != RejectReason.None || DecimalText.TryShift(ref value, Scale - _wireScale, Precision)
            ? reason
            : RejectReason.ValueOutOfRange;
    }

    RejectReason AppendDate(ColumnBuffer target, JsonKind kind, ReadOnlySpan<byte> text)
    {
        int days;
        var reason = kind == JsonKind.String
            ? TimeText.ReadDate(text, _writer, out days)
            : ReadDays(kind, text, out days);
        if (reason == RejectReason.None)
            target.Append(days);
        return reason;
    }

    static RejectReason ReadDays(JsonKind kind, ReadOnlySpan<byte> text, out int days)
    {
        days = 0;
        var reason = ReadLong(kind, text, out var number);
        if (reason != RejectReason.None)
            return reason;
        if (number is < int.MinValue or > int.MaxValue)
            return RejectReason.ValueOutOfRange;
        days = TimeText.Infinite((int)number);
        return RejectReason.None;
    }

    RejectReason AppendTimestamp(ColumnBuffer target, JsonKind kind, ReadOnlySpan<byte> text)
    {
        var reason = kind == JsonKind.String
            ? TimeText.ReadTimestamp(text, Form == ValueForm.TimestampZoned, out var microseconds)
            : ReadTimestampNumber(kind, text, out microseconds);
        if (reason == RejectReason.None)
            target.Append(microseconds);
        return reason;
    }

    RejectReason ReadTimestampNumber(JsonKind kind, ReadOnlySpan<byte> text, out long microseconds)
    {
        var reason = ReadLong(kind, text, out microseconds);
        if (reason != RejectReason.None)
            return reason;
        switch (Form)
        {
            case ValueForm.TimestampMilliseconds when microseconds is < long.MinValue / 1000 or > long.MaxValue / 1000:
                return RejectReason.ValueOutOfRange;
            case ValueForm.TimestampMilliseconds:
                microseconds = TimeText.Infinite(microseconds * 1000);
                return InRange(microseconds);
            case ValueForm.TimestampMicroseconds:
                microseconds = TimeText.Infinite(microseconds);
                return InRange(microseconds);
            case ValueForm.TimestampNanoseconds:
                microseconds = microseconds switch
                {
                    long.MaxValue => TimeText.InfinityUs,
                    long.MinValue => -TimeText.InfinityUs,
                    _ => microseconds / 1000 - (microseconds % 1000 < 0 ? 1 : 0), // The floor, before 1970 too.
                };
                return RejectReason.None;
            default:
                return RejectReason.WrongType;
        }
    }

    // Timestamps beyond 64 bits of microseconds arrive as times before the first one that there is.
    static RejectReason InRange(long microseconds) =>
        microseconds is >= TimeText.EarliestUs or -TimeText.InfinityUs
            ? RejectReason.None
            : RejectReason.ValueOutOfRange;

    RejectReason AppendBytes(ColumnBuffer target, JsonKind kind, ReadOnlySpan<byte> text)
    {
        if (kind != JsonKind.String)
            return RejectReason.WrongType;
        var bytes = target.Reserve(text.Length);
        int length;
        var status = Form switch
        {
            ValueForm.Base64 => Base64.DecodeFromUtf8(text, bytes, out _, out length),
            ValueForm.Base64UrlSafe => Base64Url.DecodeFromUtf8(text, bytes, out _, out length),
            _ => Convert.FromHexString(text, bytes, out _, out length),
        };
        // A schema that says "string" does not say in which of the two alphabets.
        if (status != OperationStatus.Done && Form == ValueForm.Base64 && _isAlphabetOpen)
            status = Base64Url.DecodeFromUtf8(text, bytes, out _, out length);
        if (status != OperationStatus.Done)
            return RejectReason.WrongType;
        target.Commit(length);
        return RejectReason.None;
    }

    RejectReason AppendNumeric(ColumnBuffer target, JsonKind kind, ReadOnlySpan<byte> text)
    {
        var plain = kind switch
        {
            JsonKind.String => DecimalBytes.PlainText(text, Scale, isScaleWrapped: _wireScale < 0),
            JsonKind.Object => DecimalBytes.VariableScaleText(text),
            _ => null,
        };
        if (plain is null)
            return RejectReason.WrongType;
        target.Append(Encoding.UTF8.GetBytes(plain));
        return RejectReason.None;
    }

    RejectReason AppendTime(ColumnBuffer target, ReadOnlySpan<byte> text)
    {
        var reason = ReadLong(JsonKind.Number, text, out var time);
        if (reason != RejectReason.None)
            return reason;
        var unit = Form switch
        {
            ValueForm.TimeMilliseconds => 1_000_000L,
            ValueForm.TimeMicroseconds => 1000L,
            _ => 1L,
        };
        if (time < 0 || time > TimeText.DayNanoseconds / unit)
            return RejectReason.ValueOutOfRange;
        target.Commit(TimeText.WriteTime(time * unit, target.Reserve(TimeText.TimeLengthMax)));
        return RejectReason.None;
    }
}
