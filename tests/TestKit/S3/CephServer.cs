using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Tapline.TestKit.S3;

/// <summary>A throw-away S3 store on a free loopback port: Ceph's gateway before one monitor and one disk in memory,
/// from Debian's packages <c>ceph-mon</c>, <c>ceph-osd</c> and <c>radosgw</c>.</summary>
public sealed class CephServer : IAsyncDisposable
{
    /// <summary>The one user's key.</summary>
    public const string AccessKey = "testaccess";

    /// <summary>Its secret.</summary>
    public const string SecretKey = "testsecret";

    /// <summary>Why tests are skipped where <see cref="IsInstalled"/> is false.</summary>
    public const string Absent = "needs Ceph: apt-get install ceph-mon ceph-osd radosgw";

    static readonly TimeSpan StartMax = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    readonly string _folder;
    readonly List<Process> _daemons = [];

    CephServer(string folder, int port)
    {
        _folder = folder;
        Port = port;
    }

    /// <summary>Whether the programs are there.</summary>
    public static bool IsInstalled =>
        Array.TrueForAll(["ceph-mon", "ceph-osd", "radosgw"], static name => File.Exists($"/usr/bin/{name}"));

    /// <summary>The port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Where the store is asked.</summary>
    public Uri Endpoint => new($"http://127.0.0.1:{Port}");

    string Config => Path.Combine(_folder, "ceph.conf");

    /// <summary>Starts a store that has no buckets.</summary>
    public static async Task<CephServer> StartAsync(CancellationToken ct)
    {
        var server = new CephServer(Directory.CreateTempSubdirectory("tapline-ceph-").FullName, LoopbackPort.Free());
        try
        {
            await server.StartMonitorAsync(ct);
            await server.StartDiskAsync(ct);
            await server.StartGatewayAsync(ct);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        for (var i = _daemons.Count - 1; i >= 0; i--)
        {
            using var daemon = _daemons[i];
            // Nothing in it is worth an orderly end.
            daemon.Kill();
            await daemon.WaitForExitAsync(CancellationToken.None);
        }
        Directory.Delete(_folder, recursive: true);
    }

    async Task StartMonitorAsync(CancellationToken ct)
    {
        var (cluster, port) = (Guid.NewGuid(), LoopbackPort.Free());
        foreach (var name in new[] { "mon", "osd", "run", "rgw" })
            Directory.CreateDirectory(Path.Combine(_folder, name));
        await File.WriteAllTextAsync(Path.Combine(_folder, "keyring"), "", ct);
        await File.WriteAllTextAsync(Config, Settings(cluster, port), ct);
        var map = Path.Combine(_folder, "monmap");
        var address = $"[v2:127.0.0.1:{port}]";
        await RunAsync("monmaptool", ["--create", "--fsid", $"{cluster}", "--addv", "a", address, map], ct);
        await RunAsync("ceph-mon", ["-i", "a", "--mkfs", "--monmap", map], ct);
        StartDaemon("ceph-mon", ["-i", "a", "-f"]);
    }

    async Task StartDiskAsync(CancellationToken ct)
    {
        var id = Guid.NewGuid();
        await RunAsync("ceph", ["osd", "new", $"{id}"], ct);
        await RunAsync("ceph-osd", ["-i", "0", "--mkfs", "--osd-uuid", $"{id}"], ct);
        StartDaemon("ceph-osd", ["-i", "0", "-f"]);
        await WaitAsync("the disk", async () =>
            (await RunAsync("ceph", ["osd", "stat"], ct)).Contains("1 up", StringComparison.Ordinal), ct);
    }

    async Task StartGatewayAsync(CancellationToken ct)
    {
        StartDaemon("radosgw", ["-n", "client.rgw", "-f"]);
        await WaitAsync("the gateway", IsListeningAsync, ct);
        await RunAsync(
            "radosgw-admin",
            [
                "-n", "client.rgw", "user", "create", "--uid=test", "--display-name=test",
                $"--access-key={AccessKey}", $"--secret-key={SecretKey}",
            ],
            ct);
    }

    // No keys inside the cluster, which nobody else can reach; without tcp_nodelay every read would take 44 ms.
    string Settings(Guid cluster, int port) =>
        $"""
        [global]
        fsid = {cluster}
        mon_host = v2:127.0.0.1:{port}
        auth_cluster_required = none
        auth_service_required = none
        auth_client_required = none
        public_addr = 127.0.0.1
        cluster_addr = 127.0.0.1
        ms_bind_msgr1 = false
        ms_bind_ipv6 = false
        ms_bind_port_min = {FirstFreePort()}
        ms_bind_port_max = {FirstFreePort() + 200}
        run_dir = {_folder}/run
        admin_socket = {_folder}/run/$name.asok
        log_file = {_folder}/$name.log
        keyring = {_folder}/keyring
        osd_pool_default_size = 1
        osd_pool_default_min_size = 1
        osd_pool_default_pg_num = 1
        osd_pool_default_pgp_num = 1
        osd_pool_default_pg_autoscale_mode = off
        osd_crush_chooseleaf_type = 0
        mon_allow_pool_size_one = true
        mon_warn_on_pool_no_redundancy = false
        mon_max_pg_per_osd = 2000
        paxos_propose_interval = 0.02
        paxos_min_wait = 0.01
        [mon]
        mon_data = {_folder}/mon
        mon_data_avail_warn = 1
        mon_data_avail_crit = 1
        [osd]
        osd_data = {_folder}/osd
        osd_objectstore = memstore
        memstore_device_bytes = 4294967296
        osd_class_load_list = *
        osd_class_default_list = *
        [client.rgw]
        rgw_data = {_folder}/rgw
        rgw_frontends = beast endpoint=127.0.0.1:{Port} tcp_nodelay=1
        rgw_thread_pool_size = 64
        ms_mon_client_mode = crc
        rgw_enable_usage_log = false
        rgw_enable_ops_log = false
        rgw_run_sync_thread = false
        rgw_enable_lc_threads = false
        rgw_override_bucket_index_max_shards = 1

        """;

    // Two servers at once must not look for ports in the same place.
    int FirstFreePort() => 20_000 + (Port % 40 * 500);

    async Task<bool> IsListeningAsync()
    {
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    async Task WaitAsync(string what, Func<Task<bool>> isReady, CancellationToken ct)
    {
        for (var waited = Stopwatch.StartNew(); !await isReady(); await Task.Delay(Pause, ct))
        {
            if (_daemons.Find(static daemon => daemon.HasExited) is { } ended)
                throw new InvalidOperationException($"{ended.StartInfo.FileName} ended with code {ended.ExitCode}");
            if (waited.Elapsed > StartMax)
                throw new TimeoutException($"{what} does not get ready");
        }
    }

    void StartDaemon(string program, string[] arguments) => _daemons.Add(Process.Start(Start(program, arguments))!);

    async Task<string> RunAsync(string program, string[] arguments, CancellationToken ct)
    {
        using var process = Process.Start(Start(program, arguments))!;
        var errors = process.StandardError.ReadToEndAsync(ct);
        var output = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} ended with code {process.ExitCode}: {await errors}");
    }

    ProcessStartInfo Start(string program, string[] arguments) => new(program, arguments)
    {
        WorkingDirectory = _folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
        Environment = { ["CEPH_CONF"] = Config },
    };
}
