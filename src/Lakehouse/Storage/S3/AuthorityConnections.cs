using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amazon.Runtime;
using Tapline.Contracts;

namespace Tapline.Lakehouse.Storage.S3;

/// <summary>Connections to servers whose certificates come from authorities that a file names, and from no
/// others.</summary>
sealed class AuthorityConnections : HttpClientFactory, IDisposable
{
    readonly SocketsHttpHandler _handler;

    AuthorityConnections(X509Certificate2Collection authorities)
    {
        _handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        _handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
    }

    /// <summary>Reads the file, in PEM; <see cref="TaplineException"/> when it holds no certificate.</summary>
    public static AuthorityConnections Load(string path)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new TaplineException(
                $"cannot read the certificates in {path}: {failure.Message}", "Name a PEM file.", failure);
        }
        return authorities.Count > 0
            ? new AuthorityConnections(authorities)
            : throw new TaplineException($"{path} holds no certificate", "Name a PEM file.");
    }

    /// <inheritdoc/>
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
        new(_handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };

    public void Dispose() => _handler.Dispose();
}
