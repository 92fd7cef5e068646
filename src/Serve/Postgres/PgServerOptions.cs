using System.Net;
using System.Security.Cryptography.X509Certificates;
using Tapline.Serving.Security;

namespace Tapline.Serving.Postgres;

/// <summary>How the lake is served over PostgreSQL's protocol.</summary>
/// <param name="Endpoint">Where to listen; port 0 takes any that is free.</param>
/// <param name="Gate">Who may come in: the keys' names are the users.</param>
public sealed record PgServerOptions(IPEndPoint Endpoint, Gatekeeper Gate)
{
    /// <summary>The certificate with its key; null for no TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Connections at most.</summary>
    public int ConnectionsMax { get; init; } = 200;

    /// <summary>How long a client may take to come in.</summary>
    public TimeSpan LoginMax { get; init; } = TimeSpan.FromSeconds(15);
}
