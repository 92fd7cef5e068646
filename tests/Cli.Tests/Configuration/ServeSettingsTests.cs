using System.Net;
using Tapline.Cli.Configuration;

namespace Tapline.Cli.Tests.Configuration;

public sealed class ServeSettingsTests
{
    [Fact]
    public void Without_the_section_nothing_is_served() => Assert.Null(Parse("pipeline: bar").Serve);

    [Fact]
    public void Without_settings_this_machine_alone_is_served()
    {
        var serve = Parse("pipeline: bar\nserve: {}").Serve!;
        Assert.Equal(IPAddress.Loopback, serve.Address);
        Assert.Equal(8080, serve.HttpPort);
        Assert.True(serve.IsOpen);
    }

    [Fact]
    public void A_whole_section_is_read_as_it_stands()
    {
        var serve = Parse("""
            pipeline: bar
            serve:
              address: 0.0.0.0
              port: 80
              pg: 5432
              certificate: server.pem
              certificate_key: server.key
              memory_mb: 256
              rows_max: 5
              tenant: { columns: [account_id], tables: { app.accounts: id } }
              keys:
                acme: { key: "${KEY}", scopes: [sql:read], tenant: 42 }
              jwt: { issuer: i, audience: a, public_key: jwt.pem, requires_tenant: false }
            """).Serve!;
        Assert.Equal("/etc/tapline/server.key", serve.CertificateKey);
        Assert.Equal(5432, serve.PgPort);
        Assert.Equal(256L << 20, serve.MemoryBytesMax);
        Assert.Equal(5, serve.Limits.RowsMax);
        Assert.Equal("id", serve.Tenants.Tables["app.accounts"]);
        var caller = Assert.Single(serve.Keys).Caller;
        Assert.Equal("acme", caller.Name);
        Assert.Equal("42", caller.Rows.Tenant);
        Assert.Equal("/etc/tapline/jwt.pem", serve.JwtPublicKey);
        Assert.False(serve.Jwt!.RequiresTenant);
    }

    [Theory]
    [InlineData("address: 0.0.0.0", "is open to the network")]
    [InlineData("address: everywhere", "must be an address")]
    [InlineData("keys: { a: { key: short } }", "at least 16 characters")]
    [InlineData("keys: { a: { key: 0123456789abcdef0, scopes: [sql:write] } }", "found \"sql:write\"")]
    [InlineData("jwt: { issuer: i, audience: a }", "public_key is needed")]
    [InlineData("certificate_key: x.key", "certificate is missing")]
    public void A_mistake_is_told_without_its_secret(string setting, string told)
    {
        var wrong = Assert.Throws<ConfigException>(() => Parse($"pipeline: bar\nserve:\n  {setting}\n"));
        Assert.Contains(wrong.Problems, problem => problem.Contains(told, StringComparison.Ordinal));
        Assert.DoesNotContain(wrong.Problems, static problem => problem.Contains("short", StringComparison.Ordinal));
    }

    static PipelineConfig Parse(string yaml) => ConfigFile.Parse(
        yaml, "tapline.yaml", "/etc/tapline", static name => name == "KEY" ? "0123456789abcdef" : null);
}
