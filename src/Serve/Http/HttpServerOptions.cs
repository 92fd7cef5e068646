using System.Net;
using System.Security.Cryptography.X509Certificates;
using Tapline.Contracts.Sources;
using Tapline.Serving.Security;

namespace Tapline.Serving.Http;

/// <summary>How the lake is served over HTTP.</summary>
/// <param name="Endpoint">Where to listen; port 0 takes any that is free.</param>
/// <param name="Gate">Who may come in.</param>
public sealed record HttpServerOptions(IPEndPoint Endpoint, Gatekeeper Gate)
{
    /// <summary>The certificate with its key; null for plain HTTP.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>What is declared of the source's tables: personal data stays out of answers.</summary>
    public SourceDeclarations Sources { get; init; } = SourceDeclarations.None;

    /// <summary>The prefix of the pipeline's topics.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Requests a second that a caller may make in the long run.</summary>
    public double RequestsPerSecond { get; init; } = 50;

    /// <summary>Requests that a caller may make at once.</summary>
    public int RequestsAtOnce { get; init; } = 200;

    /// <summary>Connections at most.</summary>
    public int ConnectionsMax { get; init; } = 1_000;
}
