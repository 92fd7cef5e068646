using System.Security.Cryptography;
using System.Text;
using Tapline.Ingest.Postgres.Envelope;

namespace Tapline.Ingest.Postgres.Types;

/// <summary>What stands for an unchanged value that lies out of line and is not in the log.</summary>
sealed class UnavailableMark
{
    const string HexPrefix = "hex:";

    /// <param name="placeholder">The configured text, or <c>hex:</c> and the digits of its bytes.</param>
    /// <param name="isTyped">Whether the values of a column must fit its declared type.</param>
    public UnavailableMark(string placeholder, bool isTyped)
    {
        Text = Bytes(placeholder);
        IsTyped = isTyped;
    }

    public byte[] Text { get; }

    /// <summary>Whether numbers stand for it in arrays of numbers, and a UUID in arrays of these.</summary>
    public bool IsTyped { get; }

    /// <summary>The bytes that a configured placeholder means. Throws <see cref="FormatException"/> for digits that
    /// are none, <see cref="ArgumentException"/> for bytes that are no text.</summary>
    public static byte[] Bytes(string placeholder)
    {
        if (!placeholder.StartsWith(HexPrefix, StringComparison.Ordinal))
            return Encoding.UTF8.GetBytes(placeholder);
        var bytes = Convert.FromHexString(placeholder.AsSpan(HexPrefix.Length));
        new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(bytes);
        return bytes;
    }

    /// <summary>Appends the items of an array of numbers: one for each byte of the text.</summary>
    public void AppendNumbers(JsonBuffer output)
    {
        for (var i = 0; i < Text.Length; i++)
        {
            if (i > 0)
                output.Append((byte)',');
            // Java's bytes are signed.
            output.AppendNumber(unchecked((sbyte)Text[i]));
        }
    }

    /// <summary>Appends the UUID of version 3 that Java makes of the text.</summary>
    public void AppendUuid(JsonBuffer output)
    {
        Span<byte> hash = stackalloc byte[MD5.HashSizeInBytes];
#pragma warning disable CA5351 // The algorithm is given by the format; nothing is protected by it.
        MD5.HashData(Text, hash);
#pragma warning restore CA5351
        hash[6] = (byte)((hash[6] & 0x0F) | 0x30);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        output.AppendString(Encoding.ASCII.GetBytes(new Guid(hash, bigEndian: true).ToString()));
    }
}
