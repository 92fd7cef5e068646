using System.Net;
using System.Net.Sockets;

namespace Tapline.TestKit;

/// <summary>Ports of 127.0.0.1 for servers that tests start.</summary>
public static class LoopbackPort
{
    /// <summary>A port that nobody listens on now.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Whether somebody listens on a port.</summary>
    public static async Task<bool> IsListeningAsync(int port, CancellationToken ct)
    {
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync(IPAddress.Loopback, port, ct);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
