using System.Security.Cryptography;
using System.Text;

namespace Tapline.Serving.Security;

/// <summary>The server's side of SCRAM-SHA-256 (RFC 5802): the password never comes over the wire, and who does not
/// know the user learns that at the end only.</summary>
sealed class ScramExchange
{
    readonly ScramVerifier _verifier;
    readonly bool _isKnown;
    readonly string _clientFirst;
    readonly string _header;
    readonly string _nonce;

    ScramExchange(ScramVerifier verifier, bool isKnown, string header, string clientFirst, string nonce)
    {
        (_verifier, _isKnown, _header, _clientFirst, _nonce) = (verifier, isKnown, header, clientFirst, nonce);
        First = $"r={nonce},s={Convert.ToBase64String([.. verifier.Salt])},i={verifier.Iterations}";
    }

    /// <summary>What the server says first.</summary>
    public string First { get; }

    /// <summary>Begins with what the client says first, <c>n,,n=user,r=nonce</c>; null when it is nothing like
    /// it. Without <paramref name="key"/> it goes on and fails at the end.</summary>
    public static ScramExchange? Begin(string message, ApiKey? key)
    {
        var parts = message.Split(',', 3);
        // y: the client would bind the channel and saw that we do not.
        if (parts.Length != 3 || parts[0] is not ("n" or "y"))
            return null;
        var nonce = Attribute(parts[2], 'r');
        if (nonce is not { Length: > 0 })
            return null;
        var ours = Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
        var verifier = key?.Scram ?? ScramVerifier.Of(ours, RandomNumberGenerator.GetBytes(16), 4_096);
        return new ScramExchange(verifier, key is not null, $"{parts[0]},{parts[1]},", parts[2], nonce + ours);
    }

    /// <summary>What the server says last to a client that proves that it knows the key; null for one that does
    /// not.</summary>
    public string? Finish(string message)
    {
        var proofAt = message.LastIndexOf(",p=", StringComparison.Ordinal);
        if (proofAt < 0)
            return null;
        var withoutProof = message[..proofAt];
        var proof = new byte[32];
        var isWhole = Convert.TryFromBase64String(message[(proofAt + 3)..], proof, out var length) && length == 32;
        var channel = Convert.ToBase64String(Encoding.UTF8.GetBytes(_header));
        if (!isWhole || Attribute(withoutProof, 'r') != _nonce || Attribute(withoutProof, 'c') != channel)
            return null;
        var signed = Encoding.UTF8.GetBytes($"{_clientFirst},{First},{withoutProof}");
        var key = HMACSHA256.HashData(_verifier.StoredKey.AsSpan(), signed);
        for (var i = 0; i < key.Length; i++)
            key[i] ^= proof[i];
        var isSame = CryptographicOperations.FixedTimeEquals(SHA256.HashData(key), _verifier.StoredKey.AsSpan());
        return isSame && _isKnown
            ? $"v={Convert.ToBase64String(HMACSHA256.HashData(_verifier.ServerKey.AsSpan(), signed))}"
            : null;
    }

    static string? Attribute(string message, char name) =>
        message.Split(',').FirstOrDefault(part => part.Length > 1 && part[0] == name && part[1] == '=')?[2..];
}
