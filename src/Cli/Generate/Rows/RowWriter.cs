using System.Globalization;
using System.Text;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Cli.Generate.Rows;

/// <summary>Writes a row as PostgreSQL prints its values, into memory that is used again for the next one.</summary>
sealed class RowWriter
{
    const int ValueBytesMax = 64;

    readonly RowText _row = new();
    readonly List<(int Start, int Length)> _slots = new(32);
    byte[] _bytes = new byte[4096];
    int _length;

    /// <summary>Whether the columns are written that were added while the business ran.</summary>
    public bool HasAddedColumns { get; set; }

    /// <summary>The row as text; good until the next one.</summary>
    public RowText Render(BarRow row)
    {
        _slots.Clear();
        _length = 0;
        row.Write(this);
        _row.Reset(_bytes);
        foreach (var (start, length) in _slots)
        {
            if (length < 0)
                _row.AddNull();
            else
                _row.Add(start, length);
        }
        return _row;
    }

    public RowWriter Add(string? value)
    {
        if (value is null)
            return AddNull();
        var room = Reserve(Encoding.UTF8.GetMaxByteCount(value.Length));
        return Close(Encoding.UTF8.GetBytes(value, room));
    }

    public RowWriter Add(Guid? value)
    {
        if (value is not { } id)
            return AddNull();
        id.TryFormat(Reserve(ValueBytesMax), out var written);
        return Close(written);
    }

    public RowWriter Add(long? value)
    {
        if (value is not { } number)
            return AddNull();
        number.TryFormat(Reserve(ValueBytesMax), out var written, provider: CultureInfo.InvariantCulture);
        return Close(written);
    }

    public RowWriter Add(bool value)
    {
        Reserve(1)[0] = value ? (byte)'t' : (byte)'f';
        return Close(1);
    }

    public RowWriter Add(DateOnly? value)
    {
        if (value is not { } date)
            return AddNull();
        date.TryFormat(Reserve(ValueBytesMax), out var written, "yyyy-MM-dd", CultureInfo.InvariantCulture);
        return Close(written);
    }

    /// <summary>A number with so many digits after the point.</summary>
    public RowWriter AddDecimal(decimal value, int scale)
    {
        value.TryFormat(
            Reserve(ValueBytesMax), out var written, scale == 2 ? "F2" : "F6", CultureInfo.InvariantCulture);
        return Close(written);
    }

    /// <summary>A time with its zone, from milliseconds since 1970.</summary>
    public RowWriter AddTime(long? value)
    {
        if (value is not { } ms)
            return AddNull();
        var room = Reserve(ValueBytesMax);
        var format = ms % 1000 == 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm:ss.FFF";
        DateTimeOffset.FromUnixTimeMilliseconds(ms).UtcDateTime
            .TryFormat(room, out var written, format, CultureInfo.InvariantCulture);
        "+00"u8.CopyTo(room[written..]);
        return Close(written + 3);
    }

    RowWriter AddNull()
    {
        _slots.Add((0, -1));
        return this;
    }

    Span<byte> Reserve(int count)
    {
        if (_bytes.Length - _length < count)
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        return _bytes.AsSpan(_length, count);
    }

    RowWriter Close(int written)
    {
        _slots.Add((_length, written));
        _length += written;
        return this;
    }
}
