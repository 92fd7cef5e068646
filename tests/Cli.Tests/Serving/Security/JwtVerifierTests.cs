using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Tapline.Serving.Security;

namespace Tapline.Cli.Tests.Serving.Security;

public sealed class JwtVerifierTests : IDisposable
{
    const string Secret = "a secret of thirty-two bytes or more";
    const string Good = """
        {"sub":"ann","iss":"https://issuer","aud":["tapline","x"],"exp":4102444800,"scope":"sql:read tables:read",
         "customer_id":42}
        """;

    readonly RSA _rsa = RSA.Create(2048);

    public void Dispose() => _rsa.Dispose();

    [Fact]
    public void A_token_that_holds_names_its_caller()
    {
        foreach (var (verifier, token) in new[]
        {
            (Verifier(), Hs256(Good)),
            (Verifier(rsa: true), Rs256(Good)),
        })
        {
            using (verifier)
            {
                var caller = verifier.Verify(token)!;
                Assert.Equal("jwt:ann", caller.Name);
                Assert.Equal("42", caller.Rows.Tenant);
                Assert.True(caller.Allowed.SetEquals(["sql:read", "tables:read"]));
            }
        }
    }

    [Theory]
    [InlineData("\"exp\":4102444800", "\"exp\":1")]
    [InlineData("\"exp\":4102444800,", "")]
    [InlineData("\"exp\":4102444800", "\"exp\":4102444800,\"nbf\":4102440000")]
    [InlineData("https://issuer", "https://another")]
    [InlineData("\"tapline\",", "\"other\",")]
    [InlineData("\"customer_id\":42", "\"customer\":42")]
    [InlineData("\"customer_id\":42", "\"customer_id\":\"\"")]
    [InlineData("\"customer_id\":42", "\"customer_id\":{}")]
    [InlineData("\"sub\":\"ann\",", "")]
    public void A_token_that_does_not_hold_names_nobody(string from, string to)
    {
        using var verifier = Verifier();
        Assert.Null(verifier.Verify(Hs256(Good.Replace(from, to, StringComparison.Ordinal))));
    }

    [Fact]
    public void A_token_is_not_believed_about_how_it_is_signed()
    {
        using var secret = Verifier();
        using var publicKey = Verifier(rsa: true);
        Assert.Null(secret.Verify(Token("""{"alg":"none"}""", Good, static _ => [])));
        Assert.Null(secret.Verify(Rs256(Good)));
        Assert.Null(publicKey.Verify(Hs256(Good)));
        // The classic one: the public key taken for a shared secret.
        Assert.Null(publicKey.Verify(Token("""{"alg":"HS256"}""", Good, bytes => HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(_rsa.ExportSubjectPublicKeyInfoPem()), bytes))));
        var token = Hs256(Good);
        Assert.Null(secret.Verify(token[..^4] + "AAAA"));
        Assert.Null(secret.Verify("a.b.c"));
        Assert.Null(secret.Verify("nothing"));
    }

    JwtVerifier Verifier(bool rsa = false) => new(
        new JwtOptions("https://issuer", "tapline")
        {
            Secret = rsa ? null : Secret,
            PublicKeyPem = rsa ? _rsa.ExportSubjectPublicKeyInfoPem() : null,
        },
        TimeProvider.System);

    static string Hs256(string claims) => Token(
        """{"alg":"HS256","typ":"JWT"}""", claims,
        static bytes => HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), bytes));

    string Rs256(string claims) => Token(
        """{"alg":"RS256"}""", claims,
        bytes => _rsa.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    static string Token(string header, string claims, Func<byte[], byte[]> sign)
    {
        var signed = $"{Encode(Encoding.UTF8.GetBytes(header))}.{Encode(Encoding.UTF8.GetBytes(claims))}";
        return $"{signed}.{Encode(sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    static string Encode(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
