using System.Net.Security;
using System.Text;
using Tapline.Serving.Security;

namespace Tapline.Serving.Postgres;

/// <summary>The first messages of a connection: TLS, who it is, and what it may know of the server.</summary>
sealed class PgLogin(PgServerOptions options)
{
    const int Version3 = 196_608;
    const int CancelCode = 80_877_102;
    const int TlsCode = 80_877_103;
    const int GssCode = 80_877_104;
    const int MessageBytesMax = 16 << 20;

    static readonly (string Name, string Value)[] Parameters =
    [
        ("server_version", "15.0"), ("server_encoding", "UTF8"), ("client_encoding", "UTF8"),
        ("DateStyle", "ISO, MDY"), ("IntervalStyle", "postgres"), ("TimeZone", "UTC"), ("integer_datetimes", "on"),
        ("standard_conforming_strings", "on"), ("is_superuser", "off"), ("default_transaction_read_only", "on"),
        ("in_hot_standby", "off"),
    ];

    /// <summary>What the connection wants, and how it is to go on. The stream may have become another one.</summary>
    public async Task<PgArrival?> ReceiveAsync(Stream stream, CancellationToken ct)
    {
        var channel = new PgChannel(stream);
        var isSecure = false;
        while (await channel.ReadAsync(hasType: false, ct) is { } message)
        {
            var code = new PgFields(message.Body).Int32();
            switch (code)
            {
                case TlsCode when options.Certificate is { } certificate && !isSecure:
                    await channel.SendAsync((byte)'S', ct);
                    var secure = new SslStream(stream);
                    await secure.AuthenticateAsServerAsync(
                        new SslServerAuthenticationOptions { ServerCertificate = certificate }, ct);
                    (stream, channel, isSecure) = (secure, new PgChannel(secure), true);
                    break;
                case TlsCode or GssCode:
                    await channel.SendAsync((byte)'N', ct);
                    break;
                case CancelCode:
                    return new PgArrival(channel) { Cancels = CancelKey(message.Body) };
                default:
                    if (code >> 16 != Version3 >> 16)
                        throw new PgException("0A000", "version 3 of the protocol is spoken here");
                    return new PgArrival(channel) { Settings = Settings(message.Body), Minor = code & 0xFFFF };
            }
        }
        return null;
    }

    /// <summary>Lets the client in, or throws.</summary>
    public async Task<Caller> AdmitAsync(PgArrival arrival, CancellationToken ct)
    {
        var channel = arrival.Channel;
        channel.MessageBytesMax = MessageBytesMax;
        if (arrival.Minor > 0)
        {
            channel.Output.Begin('v');
            channel.Output.Int32(0);
            channel.Output.Int32(0);
            channel.Output.End();
        }
        var caller = options.Gate.IsOpen ? Caller.Local : await ProveAsync(arrival, ct);
        if (!caller.Allowed.Contains(Scopes.SqlRead))
            throw new PgException("28000", $"this needs the scope {Scopes.SqlRead}");
        Code(channel, 0, []);
        return caller;
    }

    /// <summary>Tells the client what it may want to know, and how to cancel.</summary>
    public static void Greet(PgOutput output, int process, int secret)
    {
        foreach (var (name, value) in Parameters)
        {
            output.Begin('S');
            output.Text(name);
            output.Text(value);
            output.End();
        }
        output.Begin('K');
        output.Int32(process);
        output.Int32(secret);
        output.End();
    }

    async Task<Caller> ProveAsync(PgArrival arrival, CancellationToken ct)
    {
        var channel = arrival.Channel;
        var user = arrival.Settings.GetValueOrDefault("user", "");
        var key = options.Gate.Named(user);
        Code(channel, 10, "SCRAM-SHA-256\0\0"u8);
        await channel.FlushAsync(ct);
        var exchange = ScramExchange.Begin(FirstMessage(await PasswordAsync(channel, ct)), key)
            ?? throw new PgException("28000", "SCRAM-SHA-256 is wanted, without binding of the channel");
        Code(channel, 11, Encoding.UTF8.GetBytes(exchange.First));
        await channel.FlushAsync(ct);
        var last = exchange.Finish(Encoding.UTF8.GetString(await PasswordAsync(channel, ct)))
            ?? throw new PgException("28P01", $"the key of \"{user}\" is another one");
        Code(channel, 12, Encoding.UTF8.GetBytes(last));
        return key!.Caller;
    }

    static string FirstMessage(byte[] body)
    {
        var fields = new PgFields(body);
        if (fields.Text() != "SCRAM-SHA-256")
            throw new PgException("28000", "SCRAM-SHA-256 is wanted");
        return Encoding.UTF8.GetString(fields.Take(fields.Int32()));
    }

    static async Task<byte[]> PasswordAsync(PgChannel channel, CancellationToken ct) =>
        await channel.ReadAsync(hasType: true, ct) is { Type: 'p' } message
            ? message.Body
            : throw new PgException("08P01", "an answer about the key is wanted");

    static void Code(PgChannel channel, int code, ReadOnlySpan<byte> rest)
    {
        channel.Output.Begin('R');
        channel.Output.Int32(code);
        channel.Output.Bytes(rest);
        channel.Output.End();
    }

    static (int, int) CancelKey(byte[] body)
    {
        var fields = new PgFields(body);
        fields.Int32();
        return (fields.Int32(), fields.Int32());
    }

    static Dictionary<string, string> Settings(byte[] body)
    {
        var fields = new PgFields(body);
        fields.Int32();
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        while (!fields.IsEmpty && fields.Text() is { Length: > 0 } name)
            settings[name] = fields.Text();
        return settings;
    }
}

/// <summary>What a connection wants.</summary>
sealed record PgArrival(PgChannel Channel)
{
    /// <summary>The session whose statement is to be stopped; null for one that wants to come in.</summary>
    public (int Process, int Secret)? Cancels { get; init; }

    /// <summary>What the client says of itself.</summary>
    public Dictionary<string, string> Settings { get; init; } = [];

    /// <summary>The minor version of the protocol that it would like.</summary>
    public int Minor { get; init; }
}
