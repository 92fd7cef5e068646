using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>hstore as a JSON object, or as a JSON string that holds one.</summary>
sealed class HstoreEncoder(HstoreMode mode) :
    ValueEncoder(mode == HstoreMode.Map ? ConnectType.Map : ConnectType.Json)
{
    readonly JsonBuffer _object = new();

    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        if (mode == HstoreMode.Map)
        {
            AppendObject(text, output);
            return;
        }
        // One encoder serves a table's rows in parallel readers.
        lock (_object)
        {
            _object.Clear();
            AppendObject(text, _object);
            output.AppendString(_object.Slice(0, _object.Length).Span);
        }
    }

    public override void WriteUnavailable(UnavailableMark mark, JsonBuffer output)
    {
        var pair = new JsonBuffer();
        pair.Append((byte)'{');
        pair.AppendString(mark.Text);
        pair.Append((byte)':');
        pair.AppendString(mark.Text);
        pair.Append((byte)'}');
        var json = pair.Slice(0, pair.Length).Span;
        if (mode == HstoreMode.Map)
            output.Append(json);
        else
            output.AppendString(json);
    }

    public override void WriteZero(JsonBuffer output) => Write(default, output);

    // "key"=>"value", "key"=>NULL; inside the quotes \ stands before " and \.
    static void AppendObject(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        output.Append((byte)'{');
        var scratch = text.Length <= 1024 ? stackalloc byte[text.Length] : new byte[text.Length];
        var rest = text;
        while (rest.Length > 0)
        {
            if (rest.Length < text.Length)
                output.Append((byte)',');
            output.AppendString(scratch[..TakeQuoted(ref rest, scratch)]);
            output.Append((byte)':');
            rest = rest["=>"u8.Length..];
            if (rest.StartsWith("NULL"u8))
            {
                output.Append("null"u8);
                rest = rest["NULL"u8.Length..];
            }
            else
            {
                output.AppendString(scratch[..TakeQuoted(ref rest, scratch)]);
            }
            rest = rest.StartsWith(", "u8) ? rest[2..] : rest;
        }
        output.Append((byte)'}');
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
