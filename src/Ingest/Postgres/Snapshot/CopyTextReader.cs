using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Snapshot;

/// <summary>Reads rows of COPY's text format
/// (https://www.postgresql.org/docs/current/sql-copy.html#SQL-COPY-FILE-FORMATS) from a stream.</summary>
sealed class CopyTextReader(Stream stream)
{
    const int RowBytesMax = 1 << 30;

    byte[] _buffer = new byte[256 * 1024];
    int _start;
    int _end;

    /// <summary>Reads the next row; false at the end. The row is valid until the next call.</summary>
    public async ValueTask<bool> ReadAsync(RowText row, CancellationToken ct)
    {
        var searched = 0;
        while (true)
        {
            var newline = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                Split(row, searched + newline);
                _start += searched + newline + 1;
                return true;
            }
            searched = _end - _start;
            if (!await FillAsync(ct))
                return searched == 0 ? false : throw new InvalidDataException("a copied row lacks its end of line");
        }
    }

    async ValueTask<bool> FillAsync(CancellationToken ct)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= RowBytesMax)
                throw new InvalidDataException($"a copied row is longer than {RowBytesMax} bytes");
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        var read = await stream.ReadAsync(_buffer.AsMemory(_end), ct);
        _end += read;
        return read > 0;
    }

    void Split(RowText row, int length)
    {
        row.Reset(_buffer.AsMemory(_start, length));
        var line = _buffer.AsSpan(_start, length);
        for (var start = 0; start <= line.Length;)
        {
            var field = line[start..];
            var end = field.IndexOf((byte)'\t');
            if (end >= 0)
                field = field[..end];
            if (field.SequenceEqual("\\N"u8))
                row.AddNull();
            else
                row.Add(start, Unescape(field));
            start += field.Length + 1;
        }
    }

    // In place: what is escaped only gets shorter. COPY itself writes no octal or hexadecimal escapes.
    static int Unescape(Span<byte> field)
    {
        var escape = field.IndexOf((byte)'\\');
        if (escape < 0)
            return field.Length;
        var length = escape;
        for (var i = escape; i < field.Length; i++)
        {
            var value = field[i];
            if (value == (byte)'\\' && ++i < field.Length)
            {
                value = field[i] switch
                {
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    (byte)'v' => (byte)'\v',
                    var other => other,
                };
            }
            field[length++] = value;
        }
        return length;
    }
}
