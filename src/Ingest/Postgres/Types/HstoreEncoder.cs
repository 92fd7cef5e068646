using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>hstore as a JSON string that holds a JSON object, Debezium's <c>hstore.handling.mode=json</c>.</summary>
sealed class HstoreEncoder : ValueEncoder
{
    readonly JsonBuffer _object = new();

    // "key"=>"value", "key"=>NULL; inside the quotes \ stands before " and \.
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        // One encoder serves a table's rows in parallel readers.
        lock (_object)
        {
            _object.Clear();
            _object.Append((byte)'{');
            var scratch = text.Length <= 1024 ? stackalloc byte[text.Length] : new byte[text.Length];
            var rest = text;
            while (rest.Length > 0)
            {
                if (_object.Length > 1)
                    _object.Append((byte)',');
                _object.AppendString(scratch[..TakeQuoted(ref rest, scratch)]);
                _object.Append((byte)':');
                rest = rest["=>"u8.Length..];
                if (rest.StartsWith("NULL"u8))
                {
                    _object.Append("null"u8);
                    rest = rest["NULL"u8.Length..];
                }
                else
                {
                    _object.AppendString(scratch[..TakeQuoted(ref rest, scratch)]);
                }
                rest = rest.StartsWith(", "u8) ? rest[2..] : rest;
            }
            _object.Append((byte)'}');
            output.AppendString(_object.Slice(0, _object.Length).Span);
        }
    }

    public override void WriteUnavailable(JsonBuffer output)
    {
        output.Append("\"{\\\""u8);
        output.Append(Placeholder);
        output.Append("\\\":\\\""u8);
        output.Append(Placeholder);
        output.Append("\\\"}\""u8);
    }

    // Returns how many bytes of the scratch the text takes.
    static int TakeQuoted(ref ReadOnlySpan<byte> rest, scoped Span<byte> scratch)
    {
        var length = 0;
        for (var i = 1; i < rest.Length; i++)
        {
            if (rest[i] == (byte)'"')
            {
                rest = rest[(i + 1)..];
                return length;
            }
            if (rest[i] == (byte)'\\' && i + 1 < rest.Length)
                i++;
            scratch[length++] = rest[i];
        }
        throw new MalformedValueException("hstore", "closed by a quote", rest.Length);
    }
}
