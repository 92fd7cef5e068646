using System.Net.Sockets;
using System.Text;

namespace Tapline.Cli.Chaos;

/// <summary>The first lines of a request or an answer, up to the empty one, and what came with them of what
/// follows.</summary>
/// <param name="Lines">With the empty line.</param>
/// <param name="Rest">Bytes behind it.</param>
readonly record struct HttpHead(ReadOnlyMemory<byte> Lines, ReadOnlyMemory<byte> Rest)
{
    const int BytesMax = 64 << 10;

    static ReadOnlySpan<byte> LineEnd => "\r\n"u8;

    /// <summary>Whether it only asks for the body, or tells to wait.</summary>
    public bool IsInterim => Lines.Span.StartsWith("HTTP/1.1 1"u8);

    /// <summary>Whether something is written.</summary>
    public bool IsWrite => Lines.Span.StartsWith("PUT "u8) || Lines.Span.StartsWith("POST "u8);

    /// <summary>The same, asking for a connection of its own.</summary>
    public byte[] Alone() => [.. Lines[..^LineEnd.Length].Span, .. "Connection: close\r\n\r\n"u8];

    /// <summary>Reads one; <paramref name="rest"/> was read before. Null when the connection ends first.</summary>
    public static async Task<HttpHead?> ReadAsync(Socket socket, ReadOnlyMemory<byte> rest, CancellationToken ct)
    {
        var buffer = new byte[BytesMax];
        rest.CopyTo(buffer);
        var length = rest.Length;
        while (true)
        {
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
                return new HttpHead(buffer.AsMemory(0, end + 4), buffer.AsMemory(end + 4, length - end - 4));
            var count = length == BytesMax ? 0 : await socket.ReceiveAsync(buffer.AsMemory(length), ct);
            if (count == 0)
                return null;
            length += count;
        }
    }

    /// <summary>An answer of S3 that says an error's code.</summary>
    public static byte[] Error(int status, string code)
    {
        var body = $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>a fault of chaos</Message></Error>";
        return Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status} {code}\r\nContent-Type: application/xml\r\nContent-Length: {body.Length}\r\n"
            + $"Connection: close\r\n\r\n{body}");
    }
}
