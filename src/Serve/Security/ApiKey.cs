using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Tapline.Serving.Lake;

namespace Tapline.Serving.Security;

/// <summary>A key that lets a caller in. The key itself is not kept: only what tells whether one is the same.</summary>
public sealed class ApiKey
{
    /// <summary>Characters that a key has at least.</summary>
    public const int LengthMin = 16;

    const int Iterations = 4_096;

    readonly byte[] _hash;

    /// <summary>A caller's key. The name is also its user name over PostgreSQL's protocol.</summary>
    public ApiKey(string name, string key, IEnumerable<string> scopes, string? tenant)
    {
        if (key.Length < LengthMin)
            throw new ArgumentException($"a key has at least {LengthMin} characters", nameof(key));
        Caller = new Caller(name, scopes.ToFrozenSet(), new QueryScope(tenant));
        _hash = SHA256.HashData(Encoding.UTF8.GetBytes(key));
        Scram = ScramVerifier.Of(key, RandomNumberGenerator.GetBytes(16), Iterations);
    }

    /// <summary>Who comes with it.</summary>
    public Caller Caller { get; }

    /// <summary>What SCRAM-SHA-256 needs to know of it.</summary>
    internal ScramVerifier Scram { get; }

    /// <summary>Whether a hash is that of the key; takes as long whichever it is.</summary>
    internal bool HasHash(ReadOnlySpan<byte> hash) => CryptographicOperations.FixedTimeEquals(hash, _hash);
}

/// <summary>What a server keeps of a password for SCRAM-SHA-256 (RFC 5802, RFC 7677).</summary>
sealed record ScramVerifier(
    ImmutableArray<byte> Salt, int Iterations, ImmutableArray<byte> StoredKey, ImmutableArray<byte> ServerKey)
{
    public static ScramVerifier Of(string password, byte[] salt, int iterations)
    {
        var salted = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(password), salt, iterations, HashAlgorithmName.SHA256, 32);
        var client = HMACSHA256.HashData(salted, "Client Key"u8);
        return new ScramVerifier(
            [.. salt], iterations, [.. SHA256.HashData(client)], [.. HMACSHA256.HashData(salted, "Server Key"u8)]);
    }
}
