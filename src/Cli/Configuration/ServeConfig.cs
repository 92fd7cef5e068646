using System.Collections.Immutable;
using System.Net;
using Tapline.Serving.Lake;
using Tapline.Serving.Security;
using Tapline.Serving.Sql.Guard;

namespace Tapline.Cli.Configuration;

/// <summary>How the lake is served to others.</summary>
/// <param name="Address">Where to listen.</param>
/// <param name="HttpPort">The port of HTTP; 0 takes any that is free.</param>
sealed record ServeConfig(IPAddress Address, int HttpPort)
{
    /// <summary>The port of HTTP where none is named.</summary>
    public const int HttpPortDefault = 8080;

    /// <summary>What counts where the configuration has no section: this machine alone, nobody needs a key.</summary>
    public static ServeConfig Local { get; } = new(IPAddress.Loopback, HttpPortDefault);

    /// <summary>The port of PostgreSQL's protocol; null for none.</summary>
    public int? PgPort { get; init; }

    /// <summary>The certificate's file; null for no TLS.</summary>
    public string? Certificate { get; init; }

    /// <summary>The file of its key, where that is another one.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>Those who may come in by a key.</summary>
    public ImmutableArray<ApiKey> Keys { get; init; } = [];

    /// <summary>Whose tokens are trusted; null for nobody's.</summary>
    public JwtOptions? Jwt { get; init; }

    /// <summary>The file of the key that tokens are signed with; null where they are signed by a secret.</summary>
    public string? JwtPublicKey { get; init; }

    /// <summary>Which columns name tenants.</summary>
    public TenantColumns Tenants { get; init; } = TenantColumns.None;

    /// <summary>What statements may use.</summary>
    public GuardedSqlLimits Limits { get; init; } = new() { RowsMax = 1_000_000, GrowthBytesMax = 2L << 30 };

    /// <summary>Memory of all statements together, in bytes.</summary>
    public long MemoryBytesMax { get; init; } = 1L << 30;

    /// <summary>Threads of all statements together; null for one a processor.</summary>
    public int? Threads { get; init; }

    /// <summary>Requests a second that a caller may make in the long run.</summary>
    public int RequestsPerSecond { get; init; } = 50;

    /// <summary>Whether nobody needs a key.</summary>
    public bool IsOpen => Keys.IsEmpty && Jwt is null;
}
