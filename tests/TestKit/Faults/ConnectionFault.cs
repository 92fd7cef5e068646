namespace Tapline.TestKit.Faults;

/// <summary>What goes wrong with one connection.</summary>
public sealed record ConnectionFault
{
    /// <summary>The connection is reset as soon as it is made.</summary>
    public bool IsRefused { get; init; }

    /// <summary>After so many bytes from the client it is reset; what was sent before arrives.</summary>
    public long? CutRequestAfter { get; init; }

    /// <summary>After so many bytes from the server it is reset.</summary>
    public long? CutResponseAfter { get; init; }

    /// <summary>The server gets everything, the client hears nothing.</summary>
    public bool IsSilent { get; init; }

    /// <summary>The client is answered with this; the server is not asked.</summary>
    public string? Answer { get; init; }

    /// <summary>An answer of S3 with a status and an error's code.</summary>
    public static ConnectionFault Status(int status, string code)
    {
        var body = $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>injected</Message></Error>";
        return new ConnectionFault
        {
            Answer = $"HTTP/1.1 {status} {code}\r\nContent-Type: application/xml\r\nContent-Length: {body.Length}\r\n"
                + $"Connection: close\r\n\r\n{body}",
        };
    }
}
