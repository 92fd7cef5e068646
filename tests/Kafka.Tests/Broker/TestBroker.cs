using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tapline.Kafka.Broker;

namespace Tapline.Kafka.Tests.Broker;

/// <summary>A broker in a folder of its own, which goes with it; it can be stopped, killed and started again.</summary>
sealed class TestBroker : IAsyncDisposable
{
    TestBroker(string folder, Action<BrokerOptions>? configure)
    {
        // Maintenance runs when a test calls for it.
        Options = new BrokerOptions { DataDirectory = folder, MaintenanceInterval = TimeSpan.FromDays(1) };
        configure?.Invoke(Options);
    }

    public BrokerOptions Options { get; }

    public AdjustableTime Time { get; } = new();

    public EmbeddedBroker Running { get; private set; } = null!;

    public string Folder => Options.DataDirectory;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<TestBroker> StartAsync(Action<BrokerOptions>? configure = null)
    {
        var folder = Path.Combine(Path.GetTempPath(), "tapline-broker-" + Path.GetRandomFileName());
        var broker = new TestBroker(folder, configure);
        await broker.StartAgainAsync();
        return broker;
    }

    public async Task StartAgainAsync() =>
        Running = await EmbeddedBroker.StartAsync(Options, Time, NullLoggerFactory.Instance, Ct);

    public async Task RestartAsync()
    {
        await Running.DisposeAsync();
        await StartAgainAsync();
    }

    /// <summary>Ends it as kill -9 would, then lets a test at its files.</summary>
    public async Task KillAndRestartAsync(Action? meanwhile = null)
    {
        await Running.KillAsync();
        meanwhile?.Invoke();
        await StartAgainAsync();
    }

    public Task<WireClient> ConnectAsync() => WireClient.ConnectAsync(Running.Port, Ct);

    /// <summary>One round of retention and compaction.</summary>
    public void Maintain() => Running.Maintenance.RunOnce(Ct);

    public string[] LogFiles(string topic, int partition = 0) =>
        [.. Directory.GetFiles(Path.Combine(Folder, $"{topic}-{partition}"), "*.log").Order(StringComparer.Ordinal)];

    public async ValueTask DisposeAsync()
    {
        await Running.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
