using System.Buffers;
using System.Text;

namespace Tapline.Lakehouse.Delta.Log;

/// <summary>Paths of data files: URIs in the log, plain names in the store.</summary>
static class DataPath
{
    static readonly SearchValues<byte> Plain =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/"u8);

    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The log's spelling of a name: every byte outside RFC 3986's unreserved and the slash is
    /// escaped.</summary>
    public static string Encode(string location)
    {
        var bytes = Encoding.UTF8.GetBytes(location);
        if (bytes.AsSpan().IndexOfAnyExcept(Plain) < 0)
            return location;
        var path = new StringBuilder(bytes.Length + 16);
        foreach (var value in bytes)
        {
            if (Plain.Contains(value))
                path.Append((char)value);
            else
                path.Append('%').Append(value.ToString("X2", null));
        }
        return path.ToString();
    }

    /// <summary>The name that a path of the log stands for. Escapes are undone once; a path whose escapes are broken is
    /// taken as it is, since some writers do not escape. <c>file:</c> URIs become absolute paths.</summary>
    public static string Decode(string path)
    {
        var rest = path.AsSpan();
        if (rest.StartsWith("file:///", StringComparison.Ordinal))
            rest = rest["file://".Length..];
        else if (rest.StartsWith("file:/", StringComparison.Ordinal))
            rest = rest["file:".Length..];
        if (!rest.Contains('%'))
            return rest.Length == path.Length ? path : rest.ToString();
        return TryUnescape(rest) ?? rest.ToString();
    }

    static string? TryUnescape(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        var count = 0;
        while (!text.IsEmpty)
        {
            var escape = text.IndexOf('%');
            var plain = escape < 0 ? text : text[..escape];
            count += Encoding.UTF8.GetBytes(plain, bytes.AsSpan(count));
            text = text[plain.Length..];
            if (text.IsEmpty)
                break;
            if (text.Length < 3 || !char.IsAsciiHexDigit(text[1]) || !char.IsAsciiHexDigit(text[2]))
                return null;
            bytes[count++] = byte.Parse(text[1..3], System.Globalization.NumberStyles.AllowHexSpecifier, null);
            text = text[3..];
        }
        try
        {
            return Strict.GetString(bytes, 0, count);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
