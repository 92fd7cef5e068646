using System.Buffers;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>bytea from its hexadecimal text (<c>\x00ff</c>) to base64 of either alphabet, or to the bare
/// digits.</summary>
sealed class ByteaEncoder(BinaryMode mode) :
    ValueEncoder(mode == BinaryMode.Bytes ? ConnectType.Bytes : ConnectType.String)
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        if (text is not [(byte)'\\', (byte)'x', .. var digits] || digits.Length % 2 != 0)
            throw new MalformedValueException("bytea", "\\x and pairs of hexadecimal digits", text.Length);
        if (mode == BinaryMode.Hex)
        {
            output.AppendString(digits);
            return;
        }
        var bytes = ArrayPool<byte>.Shared.Rent(Math.Max(digits.Length / 2, 1));
        try
        {
            if (Convert.FromHexString(digits, bytes, out _, out var written) != OperationStatus.Done)
                throw new MalformedValueException("bytea", "\\x and pairs of hexadecimal digits", text.Length);
            AppendBase64(bytes.AsSpan(0, written), output);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    public override void WriteUnavailable(UnavailableMark mark, JsonBuffer output)
    {
        if (mode == BinaryMode.Hex)
            output.AppendString(mark.Text);
        else
            AppendBase64(mark.Text, output);
    }

    void AppendBase64(ReadOnlySpan<byte> bytes, JsonBuffer output)
    {
        if (mode == BinaryMode.Base64UrlSafe)
            output.AppendBase64UrlSafe(bytes);
        else
            output.AppendBase64(bytes);
    }
}

/// <summary>Bit strings as Debezium packs them: the text read from its right end, eight digits a byte, lowest bit
/// first, zero bytes at the end dropped, base64. The length is in the column's type.</summary>
sealed class BitStringEncoder(int? length) : ValueEncoder(new ConnectType("bytes")
{
    Name = "io.debezium.data.Bits",
    Parameters = $$"""{"length":"{{length ?? int.MaxValue}}"}""",
})
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(text.Length / 8 + 1);
        try
        {
            bytes.AsSpan().Clear();
            var used = 0;
            for (var bit = 0; bit < text.Length; bit++)
            {
                if (text[text.Length - 1 - bit] != (byte)'1')
                    continue;
                bytes[bit / 8] |= (byte)(1 << (bit % 8));
                used = bit / 8 + 1;
            }
            output.AppendBase64(bytes.AsSpan(0, used));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    public override void WriteUnavailable(UnavailableMark mark, JsonBuffer output) => output.AppendBase64(mark.Text);
}
