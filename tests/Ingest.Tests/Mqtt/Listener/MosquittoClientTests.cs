using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tapline.Ingest.Mqtt.Listener;
using Tapline.TestKit.Mqtt;

namespace Tapline.Ingest.Tests.Mqtt.Listener;

/// <summary>The listener before clients that are not ours.</summary>
public sealed class MosquittoClientTests : IAsyncDisposable
{
    const string Password = "tap-password";

    readonly CancellationToken _ct = TestContext.Current.CancellationToken;
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tapline-mqtt-");
    readonly X509Certificate2 _authority = Certificate("Tapline test authority", issuer: null);
    readonly ListenerServer _server;
    readonly ListenerServer _secure;

    public MosquittoClientTests()
    {
        Assert.SkipUnless(MosquittoServer.IsInstalled, MosquittoServer.Absent);
        var passwords = Path.Combine(_folder.FullName, "passwords");
        // Their tool writes the file that ours reads.
        MosquittoTools.RunAsync("mosquitto_passwd", ["-b", "-c", passwords, "tap", Password], _ct).Wait(_ct);
        var options = ListenerServer.Open with
        {
            Accounts = DeviceAccounts.Parse(File.ReadAllText(passwords), passwords),
        };
        _server = new ListenerServer(options);
        _secure = new ListenerServer(options with
        {
            Certificate = Certificate("localhost", _authority),
            ClientAuthorities = [_authority],
        });
        File.WriteAllText(Path.Combine(_folder.FullName, "ca.pem"), _authority.ExportCertificatePem());
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _secure.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("mqttv311", 0)]
    [InlineData("mqttv311", 1)]
    [InlineData("mqttv311", 2)]
    [InlineData("mqttv5", 0)]
    [InlineData("mqttv5", 1)]
    [InlineData("mqttv5", 2)]
    public async Task Messages_of_every_QoS_reach_the_log_and_subscribers(string version, int qos)
    {
        using var subscriber = Subscribe(version, qos, "-C", "3", "-t", "bar/#", "-F", "%q %t %p");
        await WaitForSubscriberAsync();
        for (var n = 1; n <= 3; n++)
            await PublishAsync(version, qos, $$"""{"seq":{{n}}}""");
        var heard = await subscriber.StandardOutput.ReadToEndAsync(_ct);
        Assert.Equal(
            Enumerable.Range(1, 3).Select(n => $"{qos} {TapRoutes.Topic("pour")} {{\"seq\":{n}}}"),
            heard.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        var records = await LogRecords.OfAsync(_server.Log, "bar.iot.pour", _ct);
        Assert.Equal(3, records.Count);
        Assert.All(records, record => Assert.Equal($"{qos}", record.Headers["mqtt_qos"]));
    }

    [Theory]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task A_wrong_password_is_refused(string version)
    {
        var (ended, _, errors) = await MosquittoTools.TryRunAsync("mosquitto_pub",
            ["-p", $"{_server.Port}", "-V", version, "-u", "tap", "-P", "wrong", "-t", "x", "-m", "{}"], _ct);
        Assert.NotEqual(0, ended);
        Assert.Contains("bad user", errors, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(await LogRecords.OfAsync(_server.Log, "bar.dlq.mqtt", _ct));
    }

    [Fact]
    public async Task A_retained_message_is_there_for_those_who_come_later_until_it_is_cleared()
    {
        await PublishAsync("mqttv5", 1, """{"state":"online"}""", "status", "-r");
        string[] late = ["-W", "2", "-t", "bar/+/+/+/+/status", "-F", "%r %p"];
        var (_, heard, _) = await MosquittoTools.TryRunAsync(
            "mosquitto_sub", [.. Login("mqttv5"), .. late, "-C", "1"], _ct);
        Assert.Equal("1 {\"state\":\"online\"}\n", heard);
        await MosquittoTools.RunAsync("mosquitto_pub",
            [.. Login("mqttv5"), "-q", "1", "-t", TapRoutes.Topic("status"), "-r", "-n"], _ct);
        var (_, cleared, _) = await MosquittoTools.TryRunAsync("mosquitto_sub", [.. Login("mqttv5"), .. late], _ct);
        Assert.Equal("", cleared);
        Assert.Single(await LogRecords.OfAsync(_server.Log, "bar.iot.status", _ct));
    }

    [Theory]
    [InlineData("mqttv311")]
    [InlineData("mqttv5")]
    public async Task A_last_will_is_published_when_its_client_dies(string version)
    {
        using var dying = MosquittoTools.Start("mosquitto_sub",
        [
            .. Login(version), "-t", "any", "--will-topic", TapRoutes.Topic("status"), "--will-qos", "1",
            "--will-payload", """{"state":"offline","reason":"lwt"}""",
        ]);
        await WaitForSubscriberAsync();
        dying.Kill();
        var will = Assert.Single(await LogRecords.WaitAsync(_server.Log, "bar.iot.status", 1, _ct));
        Assert.Contains("\"reason\":\"lwt\"", will.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mqttv311", 1)]
    [InlineData("mqttv5", 2)]
    public async Task A_session_keeps_what_comes_while_its_client_is_away(string version, int qos)
    {
        string[] kept = ["-c", "-i", "dashboard", .. version == "mqttv5" ? ["-x", "600"] : Array.Empty<string>()];
        using (var first = Subscribe(version, qos, [.. kept, "-t", "bar/#"]))
        {
            await WaitForSubscriberAsync();
            first.Kill();
            await first.WaitForExitAsync(_ct);
        }
        for (var n = 1; n <= 5; n++)
            await PublishAsync(version, qos, $$"""{"seq":{{n}}}""");
        using var second = Subscribe(version, qos, [.. kept, "-t", "bar/#", "-C", "5", "-F", "%p"]);
        var heard = await second.StandardOutput.ReadToEndAsync(_ct);
        Assert.Equal(
            Enumerable.Range(1, 5).Select(static n => $"{{\"seq\":{n}}}"),
            heard.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task TLS_takes_a_password_or_a_certificate_and_refuses_one_of_somebody_else()
    {
        string[] common =
        [
            "-h", "localhost", "-p", $"{_secure.Port}", "-V", "mqttv5", "-q", "1", "-t", TapRoutes.Topic("pour"),
            "-m", "{}",
        ];
        string[] trust = ["--cafile", PathOf("ca.pem")];
        await MosquittoTools.RunAsync("mosquitto_pub", [.. common, .. trust, "-u", "tap", "-P", Password], _ct);
        await MosquittoTools.RunAsync("mosquitto_pub", [.. common, .. trust, .. Identity("d1", _authority)], _ct);
        Assert.Equal(2, (await LogRecords.OfAsync(_secure.Log, "bar.iot.pour", _ct)).Count);
        var stranger = Certificate("Somebody else", issuer: null);
        string[][] wrong =
        [
            [.. trust, .. Identity("d2", stranger)], // a certificate of nobody that we trust
            ["-u", "tap", "-P", Password], // no TLS
            trust, // neither password nor certificate
        ];
        foreach (var refused in wrong)
        {
            var (code, _, _) = await MosquittoTools.TryRunAsync("mosquitto_pub", [.. common, .. refused], _ct);
            Assert.NotEqual(0, code);
        }
        Assert.Equal(2, (await LogRecords.OfAsync(_secure.Log, "bar.iot.pour", _ct)).Count);
    }

    Process Subscribe(string version, int qos, params string[] arguments) =>
        MosquittoTools.Start("mosquitto_sub", [.. Login(version), "-q", $"{qos}", .. arguments]);

    Task PublishAsync(string version, int qos, string payload, string stream = "pour", params string[] arguments) =>
        MosquittoTools.RunAsync("mosquitto_pub",
            [.. Login(version), "-q", $"{qos}", "-t", TapRoutes.Topic(stream), "-m", payload, .. arguments], _ct);

    string[] Login(string version) =>
        ["-h", "127.0.0.1", "-p", $"{_server.Port}", "-V", version, "-u", "tap", "-P", Password];

    // It says nothing when it has subscribed.
    async Task WaitForSubscriberAsync()
    {
        while (_server.Listener.SubscriptionCount == 0)
            await Task.Delay(20, _ct);
    }

    string[] Identity(string name, X509Certificate2 issuer)
    {
        using var certificate = Certificate(name, issuer);
        File.WriteAllText(PathOf($"{name}.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(PathOf($"{name}.key"), certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        return ["--cert", PathOf($"{name}.pem"), "--key", PathOf($"{name}.key")];
    }

    string PathOf(string name) => Path.Combine(_folder.FullName, name);

    static X509Certificate2 Certificate(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(issuer is null, false, 0, true));
        if (issuer is null)
        {
            var now = TimeProvider.System.GetUtcNow();
            return Loadable(request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1)));
        }
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(issuer, issuer.NotBefore, issuer.NotAfter, RandomNumberGenerator.GetBytes(8));
        return Loadable(signed.CopyWithPrivateKey(key));
    }

    static X509Certificate2 Loadable(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(
            certificate.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
}
