using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Npgsql;
using Tapline.Serving.Postgres;

namespace Tapline.Cli.Tests.Serving.Postgres;

public sealed class PgProtocolTests
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_portal_gives_its_rows_in_parts()
    {
        await using var server = await GivenPgServer.StartAsync();
        await using var client = await OpenAsync(server);
        Send(client, 'P', static output =>
        {
            output.Text("s");
            output.Text("SELECT range FROM range(5)");
            output.Int16(0);
        });
        Send(client, 'B', static output =>
        {
            output.Text("p");
            output.Text("s");
            output.Int16(0);
            output.Int16(0);
            output.Int16(0);
        });
        for (var i = 0; i < 3; i++)
            Send(client, 'E', static output => { output.Text("p"); output.Int32(2); });
        Send(client, 'E', static output => { output.Text("nothing"); output.Int32(0); });
        Send(client, 'E', static output => { output.Text("p"); output.Int32(2); });
        Send(client, 'S', static _ => { });
        Assert.Equal("12DDsDDsDCEZ", await TypesAsync(client));
        // Portals end with their transaction, statements do not.
        Send(client, 'E', static output => { output.Text("p"); output.Int32(0); });
        Send(client, 'S', static _ => { });
        Assert.Equal("EZ", await TypesAsync(client));
        Send(client, 'D', static output => { output.Byte((byte)'S'); output.Text("s"); });
        Send(client, 'C', static output => { output.Byte((byte)'S'); output.Text("s"); });
        Send(client, 'S', static _ => { });
        Assert.Equal("tT3Z", await TypesAsync(client));
        Send(client, 'Q', static output => output.Text(" ; "));
        Assert.Equal("IZ", await TypesAsync(client));
        Send(client, 'Q', static output => output.Text("SELECT 1; SELEKT; SELECT 2"));
        Assert.Equal("TDCEZ", await TypesAsync(client));
    }

    [Fact]
    public async Task A_key_in_the_clear_is_refused()
    {
        await using var server = await GivenPgServer.StartAsync(isOpen: false);
        using var socket = new TcpClient();
        await socket.ConnectAsync(server.Server.Endpoint, Ct);
        await using var client = new PgChannel(socket.GetStream()) { MessageBytesMax = 1 << 20 };
        await StartAsync(client);
        var asked = await client.ReadAsync(hasType: true, Ct);
        Assert.Equal("R", asked!.Value.Type.ToString());
        Assert.Contains("SCRAM-SHA-256", Encoding.UTF8.GetString(asked.Value.Body), StringComparison.Ordinal);
        Send(client, 'p', static output => output.Text(GivenPgServer.Key));
        await client.FlushAsync(Ct);
        var refused = await client.ReadAsync(hasType: true, Ct);
        Assert.Equal("E", refused!.Value.Type.ToString());
        Assert.Contains("28000", Encoding.UTF8.GetString(refused.Value.Body), StringComparison.Ordinal);
        Assert.Null(await client.ReadAsync(hasType: true, Ct));
    }

    [Fact]
    public async Task A_message_without_end_or_measure_ends_the_connection_and_nothing_else()
    {
        await using var server = await GivenPgServer.StartAsync();
        foreach (var bytes in new byte[][] { [0x7f, 0xff, 0xff, 0xff], [0, 0, 0, 0], [0, 0, 0, 8, 0, 2, 0, 0] })
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(server.Server.Endpoint, Ct);
            await socket.GetStream().WriteAsync(bytes, Ct);
            var answer = new byte[1_000];
            Assert.True(await socket.GetStream().ReadAsync(answer, Ct) is 0 or > 4);
        }
        await using var connection = await server.ConnectAsync();
    }

    [Fact]
    public async Task Tls_is_spoken_with_a_certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(
            DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        await using var server = await GivenPgServer.StartAsync(
            isOpen: false, options => options with { Certificate = certificate });
        await using var connection = await server.ConnectAsync(
            "reader", GivenPgServer.Key, "SSL Mode=Require;Trust Server Certificate=true");
        await using var command = new NpgsqlCommand("SELECT count(*) FROM app.orders", connection);
        Assert.Equal(100L, await command.ExecuteScalarAsync(Ct));
    }

    static async Task<PgChannel> OpenAsync(GivenPgServer server)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(server.Server.Endpoint, Ct);
        var client = new PgChannel(socket.GetStream()) { MessageBytesMax = 1 << 20 };
        await StartAsync(client);
        Assert.EndsWith("KZ", await TypesAsync(client), StringComparison.Ordinal);
        return client;
    }

    static async Task StartAsync(PgChannel client)
    {
        var start = new PgOutput();
        start.Begin('x');
        start.Int32(196_608);
        start.Text("user");
        start.Text("reader");
        start.Byte(0);
        start.End();
        // The first message has no letter before it.
        client.Output.Bytes(start.Written.Span[1..]);
        await client.FlushAsync(Ct);
    }

    static void Send(PgChannel client, char type, Action<PgOutput> fields)
    {
        client.Output.Begin(type);
        fields(client.Output);
        client.Output.End();
    }

    // The letters of all messages up to the one that says that the server is ready.
    static async Task<string> TypesAsync(PgChannel client)
    {
        await client.FlushAsync(Ct);
        var types = new StringBuilder();
        while (await client.ReadAsync(hasType: true, Ct) is { } message)
        {
            types.Append(message.Type);
            if (message.Type == 'Z')
                break;
        }
        return types.ToString();
    }
}
