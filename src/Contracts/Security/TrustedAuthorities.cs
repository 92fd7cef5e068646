using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tapline.Contracts.Security;

/// <summary>The authorities that a file names, and how certificates are judged by them and by no others.</summary>
public static class TrustedAuthorities
{
    /// <summary>Reads a file in PEM. Throws <see cref="TaplineException"/> when it holds no certificate.</summary>
    public static X509Certificate2Collection Load(string path)
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
            ? authorities
            : throw new TaplineException($"{path} holds no certificate", "Name a PEM file.");
    }

    /// <summary>Trusts these alone; nobody is asked whether a certificate was revoked.</summary>
    public static X509ChainPolicy Policy(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
