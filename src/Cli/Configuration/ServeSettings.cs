using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Tapline.Serving.Lake;
using Tapline.Serving.Security;
using Tapline.Serving.Sql.Guard;

namespace Tapline.Cli.Configuration;

/// <summary>Reads how the lake is served.</summary>
static class ServeSettings
{
    /// <summary>What a configuration file says that lies in a folder; null when it has no section.</summary>
    public static ServeConfig? Read(ConfigSection root, string folder)
    {
        if (root.Section("serve") is not { } serve)
            return null;
        var memory = (long)serve.Integer("memory_mb", 1024, 64, 1 << 20) << 20;
        var config = new ServeConfig(Address(serve), serve.Integer("port", ServeConfig.HttpPortDefault, 0, 65535))
        {
            PgPort = serve.Has("pg") ? serve.Integer("pg", 5433, 0, 65535) : null,
            Certificate = File(serve, folder, "certificate"),
            CertificateKey = File(serve, folder, "certificate_key"),
            Keys = Keys(serve),
            Tenants = Tenants(serve),
            MemoryBytesMax = memory,
            Threads = serve.Has("threads") ? serve.Integer("threads", 1, 1, 1024) : null,
            RequestsPerSecond = serve.Integer("requests_per_second", 50, 1, 1_000_000),
            Limits = new GuardedSqlLimits
            {
                RunningMax = serve.Integer("running_max", 4, 1, 1024),
                WaitingMax = serve.Integer("waiting_max", 64, 0, 100_000),
                TimeMax = serve.Seconds("timeout_seconds", 30, 0.1, 86_400),
                RowsMax = serve.Integer("rows_max", 1_000_000, 1, int.MaxValue),
                GrowthBytesMax = 2 * memory,
            },
        };
        config = Jwt(serve, folder, config);
        if (config.IsOpen && !IPAddress.IsLoopback(config.Address))
            serve.Reject("address", "is open to the network: it needs keys or jwt");
        if (config.Certificate is null && config.CertificateKey is not null)
            serve.Reject("certificate", "is missing: certificate_key belongs to it");
        serve.Close();
        return config;
    }

    static IPAddress Address(ConfigSection serve)
    {
        var text = serve.Text("address", "127.0.0.1");
        if (IPAddress.TryParse(text, out var address))
            return address;
        serve.Reject("address", $"must be an address like 127.0.0.1 or 0.0.0.0, found \"{text}\"");
        return IPAddress.Loopback;
    }

    static ImmutableArray<ApiKey> Keys(ConfigSection serve)
    {
        var keys = ImmutableArray.CreateBuilder<ApiKey>();
        if (serve.Section("keys") is not { } section)
            return [];
        foreach (var name in section.Names())
        {
            if (section.Section(name) is not { } one)
                continue;
            var scopes = one.Texts("scopes", Scopes.All);
            foreach (var scope in scopes.Where(static scope => !Scopes.All.Contains(scope)))
                one.Reject("scopes", $"must be of {string.Join(", ", Scopes.All)}, found \"{scope}\"");
            var tenant = one.Has("tenant") ? one.Text("tenant") : null;
            var key = one.Text("key");
            if (key.Length is > 0 and < ApiKey.LengthMin)
                one.Reject("key", $"must have at least {ApiKey.LengthMin} characters");
            else if (key.Length > 0)
                keys.Add(new ApiKey(name, key, scopes, tenant));
            one.Close();
        }
        return keys.ToImmutable();
    }

    static TenantColumns Tenants(ConfigSection serve)
    {
        if (serve.Section("tenant") is not { } tenant)
            return TenantColumns.None;
        var columns = tenant.Texts("columns", []);
        var tables = tenant.Section("tables")?.Everything() ?? new Dictionary<string, string>();
        tenant.Close();
        return new TenantColumns([.. columns], tables.ToFrozenDictionary(StringComparer.Ordinal));
    }

    static ServeConfig Jwt(ConfigSection serve, string folder, ServeConfig config)
    {
        if (serve.Section("jwt") is not { } jwt)
            return config;
        var options = new JwtOptions(jwt.Text("issuer"), jwt.Text("audience"))
        {
            Secret = jwt.Has("secret") ? jwt.Text("secret") : null,
            TenantClaim = jwt.Text("tenant_claim", "customer_id"),
            RequiresTenant = jwt.Choice("requires_tenant", true, ("true", true), ("false", false)),
        };
        var file = File(jwt, folder, "public_key");
        if (options.Secret is null == file is null)
            jwt.Reject("secret", "or public_key is needed, and one of them alone");
        if (options.Secret is { Length: < 32 })
            jwt.Reject("secret", "must have at least 32 bytes");
        jwt.Close();
        return config with { Jwt = options, JwtPublicKey = file };
    }

    static string? File(ConfigSection section, string folder, string key) =>
        section.Has(key) ? Path.Combine(folder, section.Text(key)) : null;
}
