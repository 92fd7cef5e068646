using System.Net.Sockets;
using System.Security.Authentication;

namespace Tapline.Ingest.Mqtt.Connections;

/// <summary>The ways in which a connection ends without anybody's mistake.</summary>
static class ConnectionEnd
{
    /// <summary>Whether an exception says that the peer or the network is gone.</summary>
    public static bool IsOne(Exception failure) =>
        failure is IOException or SocketException or ObjectDisposedException or AuthenticationException;
}
