using System.Net;
using System.Net.Sockets;
using Tapline.Contracts;

namespace Tapline.Cli.Bench.Mqtt;

/// <summary>Ports of this machine.</summary>
static class LoopbackServer
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan StartMax = TimeSpan.FromMinutes(2);

    /// <summary>A port that nobody uses.</summary>
    public static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>Waits until something listens.</summary>
    public static async Task AwaitAsync(int port, TimeProvider time, CancellationToken ct)
    {
        for (var began = time.GetTimestamp(); ; await Task.Delay(Pause, time, ct))
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, port, ct);
                return;
            }
            catch (SocketException refused)
            {
                if (time.GetElapsedTime(began) > StartMax)
                    throw new TaplineException($"nothing answers on 127.0.0.1:{port}", null, refused);
            }
        }
    }
}
