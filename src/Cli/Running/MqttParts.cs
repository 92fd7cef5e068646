using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;
using Tapline.Cli.Configuration;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Contracts.Security;
using Tapline.Ingest.Mqtt.Bridge;
using Tapline.Ingest.Mqtt.Client;
using Tapline.Ingest.Mqtt.Listener;

namespace Tapline.Cli.Running;

/// <summary>What brings device messages in: the listener, the bridge to a broker, or both.</summary>
sealed class MqttParts(MqttListener? listener, BrokerBridge? bridge) : IAsyncDisposable
{
    /// <summary>Where devices connect to; null when they do not.</summary>
    public MqttListener? Listener => listener;

    /// <summary>Messages that became records, those sent again included.</summary>
    public long Messages => Counters.Sum(static counters => counters.Records);

    /// <summary>Messages of no use.</summary>
    public long DeadLetters => Counters.Sum(static counters => counters.DeadLetters);

    IEnumerable<BridgeCounters> Counters =>
        new[] { listener?.Counters, bridge?.Counters }.OfType<BridgeCounters>();

    /// <summary>Binds and prepares what the configuration has; null when it has no devices.</summary>
    public static MqttParts? Open(PipelineConfig config, IEventLog log, TimeProvider time, ILoggerFactory logs)
    {
        if (config.Mqtt is not { } mqtt)
            return null;
        var options = new MqttBridgeOptions
        {
            Prefix = config.Name,
            BridgeId = Environment.MachineName,
            Routes = mqtt.Routes,
            Partitions = mqtt.Partitions,
            PayloadBytesMax = mqtt.PayloadBytesMax,
        };
        var bridge = mqtt.Broker is { } broker
            ? new BrokerBridge(SubscriptionOptions(broker, mqtt.Routes), options, log, time, logs)
            : null;
        var listener = mqtt.Listen is { } listen
            ? MqttListener.Bind(ListenerOptions(listen), options, log, RunningPipeline.NewId, time, logs)
            : null;
        return new MqttParts(listener, bridge);
    }

    /// <summary>Lets each of them work until cancelled.</summary>
    public IEnumerable<Task> Run(CancellationToken ct)
    {
        if (listener is not null)
            yield return listener.RunAsync(ct);
        if (bridge is not null)
            yield return bridge.RunAsync(ct);
    }

    public ValueTask DisposeAsync() => listener?.DisposeAsync() ?? ValueTask.CompletedTask;

    static MqttListenerOptions ListenerOptions(MqttListenConfig listen) => new()
    {
        Endpoint = listen.Endpoint,
        Certificate = listen.Certificate is { } file ? Certificate(file, listen.Key, "mqtt.listen") : null,
        ClientAuthorities = listen.ClientAuthorities is { } authorities ? TrustedAuthorities.Load(authorities) : null,
        // Without a password file a certificate is asked for, or the address is this machine's own.
        Accounts = listen.Passwords is { } passwords
            ? DeviceAccounts.Parse(Read(passwords), passwords)
            : listen.ClientAuthorities is null ? DeviceAccounts.Anyone : DeviceAccounts.Parse("", ""),
        Rules = listen.Rules,
        ConnectionsMax = listen.ConnectionsMax,
    };

    static BrokerSubscriptionOptions SubscriptionOptions(
        MqttBrokerConfig broker, IEnumerable<MqttRoute> routes) => new()
    {
        Broker = new MqttClientOptions
        {
            Host = broker.Address.IdnHost,
            Port = broker.Address.Port,
            Version = broker.Version,
            User = broker.User,
            Password = broker.Password is { } password ? Encoding.UTF8.GetBytes(password) : null,
            Tls = broker.Address.Scheme == "mqtts" ? Tls(broker) : null,
        },
        ClientId = broker.ClientId,
        ShareGroup = broker.ShareGroup,
        Filters = [.. routes.SelectMany(static route => route.Filters)],
    };

    static SslClientAuthenticationOptions Tls(MqttBrokerConfig broker)
    {
        var tls = new SslClientAuthenticationOptions { TargetHost = broker.Address.IdnHost };
        if (broker.Certificate is { } file)
            tls.ClientCertificates = [Certificate(file, broker.Key, "mqtt.broker")];
        if (broker.Authorities is { } authorities)
            tls.CertificateChainPolicy = TrustedAuthorities.Policy(TrustedAuthorities.Load(authorities));
        return tls;
    }

    static X509Certificate2 Certificate(string file, string? key, string section)
    {
        try
        {
            using var read = X509Certificate2.CreateFromPemFile(file, key ?? file);
            // TLS takes a key from a store, or one that came with its certificate.
            return X509CertificateLoader.LoadPkcs12(read.Export(X509ContentType.Pfx), password: null);
        }
        catch (Exception wrong)
            when (wrong is CryptographicException or IOException or UnauthorizedAccessException)
        {
            var files = key is null ? file : $"{file} and {key}";
            throw new TaplineException(
                $"{section}: no certificate with its key in {files}: {wrong.Message}",
                "name PEM files: certificate (with the chain) and key", wrong);
        }
    }

    static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            throw new TaplineException($"cannot read {file}: {absent.Message}", null, absent);
        }
    }
}
