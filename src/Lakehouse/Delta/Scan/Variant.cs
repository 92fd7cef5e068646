using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Tapline.Lakehouse.Delta.Stats;

namespace Tapline.Lakehouse.Delta.Scan;

/// <summary>Variants: values with their own type, as two byte strings, a dictionary of names and the value
/// (https://github.com/apache/parquet-format/blob/master/VariantEncoding.md).</summary>
static class Variant
{
    const int DepthMax = 200;

    static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A variant as JSON text. What JSON has no type for becomes text. Throws
    /// <see cref="InvalidDataException"/> for bytes that are none.</summary>
    public static string ToJson(ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> value)
    {
        if (metadata.IsEmpty || (metadata[0] & 0xF) != 1)
            throw new InvalidDataException("a variant's dictionary of version 1 wanted, another found");
        try
        {
            var buffer = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(buffer, Options))
                Write(json, metadata, value, depth: 0);
            return Encoding.UTF8.GetString(buffer.WrittenSpan);
        }
        catch (ArgumentOutOfRangeException e)
        {
            throw new InvalidDataException("a whole variant wanted, one that is cut off found", e);
        }
    }

    static void Write(Utf8JsonWriter json, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> value, int depth)
    {
        if (depth > DepthMax)
            throw new InvalidDataException($"a variant of at most {DepthMax} levels wanted, a deeper one found");
        var head = value[..1][0];
        var kind = head >> 2;
        switch (head & 3)
        {
            case 0:
                WritePrimitive(json, kind, value[1..]);
                break;
            case 1:
                json.WriteStringValue(value.Slice(1, kind));
                break;
            case 2:
                WriteObject(json, metadata, value, kind, depth);
                break;
            default:
                WriteArray(json, metadata, value, kind, depth);
                break;
        }
    }

    // count, ids of the names, where each value starts, values
    static void WriteObject(
        Utf8JsonWriter json, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> value, int kind, int depth)
    {
        var offsetBytes = (kind & 3) + 1;
        var idBytes = ((kind >> 2) & 3) + 1;
        var countBytes = (kind & 0x10) != 0 ? 4 : 1;
        var count = Number(value.Slice(1, countBytes));
        var ids = value[(1 + countBytes)..];
        var offsets = ids[checked(count * idBytes)..];
        var values = offsets[checked((count + 1) * offsetBytes)..];
        json.WriteStartObject();
        for (var i = 0; i < count; i++)
        {
            json.WritePropertyName(Name(metadata, Number(ids.Slice(i * idBytes, idBytes))));
            Write(json, metadata, values[Number(offsets.Slice(i * offsetBytes, offsetBytes))..], depth + 1);
        }
        json.WriteEndObject();
    }

    // count, where each value starts, values
    static void WriteArray(
        Utf8JsonWriter json, ReadOnlySpan<byte> metadata, ReadOnlySpan<byte> value, int kind, int depth)
    {
        var offsetBytes = (kind & 3) + 1;
        var countBytes = (kind & 4) != 0 ? 4 : 1;
        var count = Number(value.Slice(1, countBytes));
        var offsets = value[(1 + countBytes)..];
        var values = offsets[checked((count + 1) * offsetBytes)..];
        json.WriteStartArray();
        for (var i = 0; i < count; i++)
            Write(json, metadata, values[Number(offsets.Slice(i * offsetBytes, offsetBytes))..], depth + 1);
        json.WriteEndArray();
    }

    // The dictionary: a head, how many names, where each starts, the names.
    static ReadOnlySpan<byte> Name(ReadOnlySpan<byte> metadata, int id)
    {
        var size = (metadata[0] >> 6) + 1;
        var count = Number(metadata.Slice(1, size));
        if (id >= count)
            throw new InvalidDataException($"a name of {count} wanted, number {id} found");
        var offsets = metadata[(1 + size)..];
        var names = offsets[checked((count + 1) * size)..];
        var start = Number(offsets.Slice(id * size, size));
        var end = Number(offsets.Slice((id + 1) * size, size));
        return names[start..end];
    }

    static void WritePrimitive(Utf8JsonWriter json, int kind, ReadOnlySpan<byte> value)
    {
        switch (kind)
        {
            case 0:
                json.WriteNullValue();
                break;
            case 1 or 2:
                json.WriteBooleanValue(kind == 1);
                break;
            case 3:
                json.WriteNumberValue(unchecked((sbyte)value[..1][0]));
                break;
            case 4:
                json.WriteNumberValue(BinaryPrimitives.ReadInt16LittleEndian(value[..2]));
                break;
            case 5:
                json.WriteNumberValue(BinaryPrimitives.ReadInt32LittleEndian(value[..4]));
                break;
            case 6:
                json.WriteNumberValue(BinaryPrimitives.ReadInt64LittleEndian(value[..8]));
                break;
            case 7:
                WriteFloating(json, BinaryPrimitives.ReadDoubleLittleEndian(value[..8]));
                break;
            case 14:
                WriteFloating(json, BinaryPrimitives.ReadSingleLittleEndian(value[..4]));
                break;
            case 8:
                WriteDecimal(json, value, BinaryPrimitives.ReadInt32LittleEndian(value.Slice(1, 4)));
                break;
            case 9:
                WriteDecimal(json, value, BinaryPrimitives.ReadInt64LittleEndian(value.Slice(1, 8)));
                break;
            case 10:
                WriteDecimal(json, value, BinaryPrimitives.ReadInt128LittleEndian(value.Slice(1, 16)));
                break;
            default:
                json.WriteStringValue(Text(kind, value));
                break;
        }
    }

    static string Text(int kind, ReadOnlySpan<byte> value) => kind switch
    {
        11 => ValueText.Date(BinaryPrimitives.ReadInt32LittleEndian(value[..4]))
            ?? throw new InvalidDataException("a date of the years 1 to 9999 wanted, another found"),
        12 => $"{Instant(BinaryPrimitives.ReadInt64LittleEndian(value[..8]))}+00:00",
        13 => Instant(BinaryPrimitives.ReadInt64LittleEndian(value[..8])),
        15 => System.Convert.ToBase64String(value.Slice(4, Number(value[..4]))),
        16 => Encoding.UTF8.GetString(value.Slice(4, Number(value[..4]))),
        17 => TimeOnly.MinValue.Add(Microseconds(BinaryPrimitives.ReadInt64LittleEndian(value[..8])))
            .ToString("HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
        // Nanoseconds, to the microsecond.
        18 => $"{Instant(BinaryPrimitives.ReadInt64LittleEndian(value[..8]) / 1000)}+00:00",
        19 => Instant(BinaryPrimitives.ReadInt64LittleEndian(value[..8]) / 1000),
        20 => new Guid(value[..16], bigEndian: true).ToString("D"),
        _ => throw new InvalidDataException($"a variant's type below 21 wanted, {kind} found"),
    };

    static void WriteFloating(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }

    static void WriteFloating(Utf8JsonWriter json, float value)
    {
        if (float.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
    }

    static void WriteDecimal(Utf8JsonWriter json, ReadOnlySpan<byte> value, Int128 unscaled) =>
        json.WriteRawValue(ValueText.Decimal(unscaled, value[0] <= 38
            ? value[0]
            : throw new InvalidDataException($"a scale up to 38 wanted, {value[0]} found")));

    static string Instant(long microseconds) => (DateTime.UnixEpoch + Microseconds(microseconds))
        .ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);

    static TimeSpan Microseconds(long count) => new(checked(count * TimeSpan.TicksPerMicrosecond));

    /// <summary>A number of 1 to 4 bytes in little endian.</summary>
    static int Number(ReadOnlySpan<byte> bytes)
    {
        var number = 0L;
        for (var i = bytes.Length - 1; i >= 0; i--)
            number = (number << 8) | bytes[i];
        return number <= int.MaxValue
            ? (int)number
            : throw new InvalidDataException($"a number up to {int.MaxValue} wanted, {number} found");
    }
}
