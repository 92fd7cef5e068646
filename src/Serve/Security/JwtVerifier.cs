using System.Buffers.Text;
using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tapline.Serving.Lake;

namespace Tapline.Serving.Security;

/// <summary>Lets callers in by tokens that somebody we trust has signed (RFC 7519): HS256 by a shared secret, or RS256
/// by a public key, never what the token itself would like.</summary>
public sealed class JwtVerifier : IDisposable
{
    const int TokenLengthMax = 8 << 10;

    readonly JwtOptions _options;
    readonly TimeProvider _time;
    readonly byte[]? _secret;
    readonly RSA? _publicKey;

    /// <summary>Reads the key of the options; throws <see cref="ArgumentException"/> for one that is none.</summary>
    public JwtVerifier(JwtOptions options, TimeProvider time)
    {
        (_options, _time) = (options with { Secret = null }, time);
        if (options.PublicKeyPem is { } pem)
        {
            _publicKey = RSA.Create();
            _publicKey.ImportFromPem(pem);
        }
        else
        {
            _secret = Encoding.UTF8.GetBytes(options.Secret ?? "");
            if (_secret.Length < 32)
                throw new ArgumentException("a secret for HS256 has at least 32 bytes", nameof(options));
        }
    }

    /// <summary>Who the token names; null for one that does not hold, whatever is wrong with it.</summary>
    public Caller? Verify(string token)
    {
        var parts = token.Length <= TokenLengthMax ? token.Split('.') : [];
        if (parts.Length != 3)
            return null;
        try
        {
            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[0]));
            if (!IsSigned(header.RootElement, $"{parts[0]}.{parts[1]}", Base64Url.DecodeFromChars(parts[2])))
                return null;
            using var claims = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            return Holds(claims.RootElement) ? CallerOf(claims.RootElement) : null;
        }
        catch (Exception failure) when (failure is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Forgets the key.</summary>
    public void Dispose() => _publicKey?.Dispose();

    bool IsSigned(JsonElement header, string signed, byte[] signature)
    {
        var algorithm = header.GetProperty("alg").GetString();
        if (header.TryGetProperty("crit", out _))
            return false;
        var bytes = Encoding.ASCII.GetBytes(signed);
        return _publicKey is { } key
            ? algorithm == "RS256"
                && key.VerifyData(bytes, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : algorithm == "HS256"
                && CryptographicOperations.FixedTimeEquals(HMACSHA256.HashData(_secret!, bytes), signature);
    }

    bool Holds(JsonElement claims)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();
        return Seconds(claims, "exp") is { } end && now < end
            && (Seconds(claims, "nbf") is not { } start || now >= start - 60)
            && Texts(claims, "iss").Contains(_options.Issuer)
            && Texts(claims, "aud").Contains(_options.Audience);
    }

    Caller? CallerOf(JsonElement claims)
    {
        var name = Texts(claims, "sub").FirstOrDefault();
        var scopes = Texts(claims, "scope").SelectMany(static text => text.Split(' ')).Concat(Texts(claims, "scopes"));
        var tenant = Texts(claims, _options.TenantClaim).FirstOrDefault();
        // Who is to be bound to a tenant and has none must not see everybody's rows.
        if (name is null || (_options.RequiresTenant && string.IsNullOrEmpty(tenant)))
            return null;
        return new Caller($"jwt:{name}", scopes.ToFrozenSet(StringComparer.Ordinal), new QueryScope(tenant));
    }

    static long? Seconds(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.TryGetDouble(out var seconds) && Math.Abs(seconds) < 1e15
            ? (long)seconds
            : null;

    static IEnumerable<string> Texts(JsonElement claims, string name)
    {
        if (!claims.TryGetProperty(name, out var value))
            return [];
        return value.ValueKind switch
        {
            JsonValueKind.String => [value.GetString()!],
            JsonValueKind.Number => [value.GetRawText()],
            JsonValueKind.Array => [.. value.EnumerateArray().Select(static item => item.ToString())],
            _ => throw new FormatException($"{name} is no text"),
        };
    }
}

/// <summary>Whose tokens are trusted.</summary>
/// <param name="Issuer">What <c>iss</c> must be.</param>
/// <param name="Audience">What <c>aud</c> must have.</param>
public sealed record JwtOptions(string Issuer, string Audience)
{
    /// <summary>The secret of HS256; null with a public key.</summary>
    public string? Secret { get; init; }

    /// <summary>The public key of RS256, in PEM; null with a secret.</summary>
    public string? PublicKeyPem { get; init; }

    /// <summary>The claim that names the tenant whose rows the caller sees.</summary>
    public string TenantClaim { get; init; } = "customer_id";

    /// <summary>Whether a token without that claim is refused, rather than shown all rows.</summary>
    public bool RequiresTenant { get; init; } = true;

    /// <summary>Without the secret.</summary>
    public override string ToString() => $"{Issuer} for {Audience}";
}
