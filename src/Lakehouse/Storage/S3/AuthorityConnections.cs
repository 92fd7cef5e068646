using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Amazon.Runtime;
using Tapline.Contracts;
using Tapline.Contracts.Security;

namespace Tapline.Lakehouse.Storage.S3;

/// <summary>Connections to servers whose certificates come from authorities that a file names, and from no
/// others.</summary>
sealed class AuthorityConnections : HttpClientFactory, IDisposable
{
    readonly SocketsHttpHandler _handler;

    AuthorityConnections(X509Certificate2Collection authorities) => _handler = new SocketsHttpHandler
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = TrustedAuthorities.Policy(authorities),
        },
    };

    /// <summary>Reads the file, in PEM; <see cref="TaplineException"/> when it holds no certificate.</summary>
    public static AuthorityConnections Load(string path) => new(TrustedAuthorities.Load(path));

    /// <inheritdoc/>
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
        new(_handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    public void Dispose() => _handler.Dispose();
}
