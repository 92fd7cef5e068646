using System.Buffers;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>bytea from its hexadecimal text (<c>\x00ff</c>) to base64.</summary>
sealed class ByteaEncoder : ValueEncoder
{
    public override void Write(ReadOnlySpan<byte> text, JsonBuffer output)
    {
        if (text is not [(byte)'\\', (byte)'x', .. var digits] || digits.Length % 2 != 0)
            throw new MalformedValueException("bytea", "\\x and pairs of hexadecimal digits", text.Length);
        var bytes = ArrayPool<byte>.Shared.Rent(Math.Max(digits.Length / 2, 1));
        try
        {
            if (Convert.FromHexString(digits, bytes, out _, out var written) != OperationStatus.Done)
                throw new MalformedValueException("bytea", "\\x and pairs of hexadecimal digits", text.Length);
            output.AppendBase64(bytes.AsSpan(0, written));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    public override void WriteUnavailable(JsonBuffer output) => output.AppendBase64(Placeholder);
}

/// <summary>Bit strings as Debezium packs them: the text read from its right end, eight digits a byte, lowest bit
/// first, zero bytes at the end dropped, base64. The length is in the column's type.</summary>
sealed class BitStringEncoder : ValueEncoder
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

    public override void WriteUnavailable(JsonBuffer output) => output.AppendBase64(Placeholder);
}
