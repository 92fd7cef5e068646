using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Tapline.Cli.Configuration;
using Tapline.Cli.Terminal;
using Tapline.Contracts;
using Tapline.Contracts.Sources;
using Tapline.Lakehouse.Delta;
using Tapline.Serving.Http;
using Tapline.Serving.Lake;
using Tapline.Serving.Postgres;
using Tapline.Serving.Security;
using Tapline.Serving.Sql.Guard;

namespace Tapline.Cli.Running;

/// <summary>What serves a lake in this process, wired as the configuration says.</summary>
sealed class ServeParts : IAsyncDisposable
{
    readonly ServedLake _lake;
    readonly GuardedSql _sql;
    readonly JwtVerifier? _tokens;

    ServeParts(
        ServedLake lake, GuardedSql sql, JwtVerifier? tokens, HttpServer http, PgServer? postgres, bool isOpen) =>
        (_lake, _sql, _tokens, Http, Postgres, IsOpen) = (lake, sql, tokens, http, postgres, isOpen);

    /// <summary>The lake over HTTP.</summary>
    public HttpServer Http { get; }

    /// <summary>The lake over PostgreSQL's protocol; null where it is not asked for.</summary>
    public PgServer? Postgres { get; }

    /// <summary>Whether nobody needs a key.</summary>
    public bool IsOpen { get; }

    /// <summary>Starts to serve a pipeline's lake.</summary>
    public static Task<ServeParts> StartAsync(
        PipelineConfig pipeline, ServeConfig serve, TimeProvider time, ILoggerFactory logs, CancellationToken ct) =>
        StartAsync(pipeline.Lake, serve, pipeline.Sources, pipeline.Name, time, logs, ct);

    /// <summary>Starts to serve a lake.</summary>
    public static async Task<ServeParts> StartAsync(
        LakeConfig lake, ServeConfig serve, SourceDeclarations sources, string prefix, TimeProvider time,
        ILoggerFactory logs, CancellationToken ct)
    {
        var tokens = Tokens(serve, time);
        var options = new ServedLakeOptions(Path.GetFullPath(lake.S3?.CacheFolder ?? lake.Path))
        {
            MemoryBytesMax = serve.MemoryBytesMax,
            Threads = serve.Threads,
            Tenants = serve.Tenants,
        };
        var served = new ServedLake(
            LakeStore.Open(lake, time), new DeltaServices(time, RunningPipeline.NewId), options, time);
        var sql = new GuardedSql(served, serve.Limits, time);
        var gate = new Gatekeeper(serve.Keys, tokens);
        PgServer? postgres = null;
        try
        {
            var certificate = Certificate(serve);
            if (serve.PgPort is { } port)
            {
                postgres = PgServer.Start(
                    new PgServerOptions(new IPEndPoint(serve.Address, port), gate) { Certificate = certificate },
                    sql, time, logs);
            }
            var http = await HttpServer.StartAsync(
                new HttpServerOptions(new IPEndPoint(serve.Address, serve.HttpPort), gate)
                {
                    Certificate = certificate,
                    Sources = sources,
                    Prefix = prefix,
                    RequestsPerSecond = serve.RequestsPerSecond,
                    RequestsAtOnce = 4 * serve.RequestsPerSecond,
                },
                served, sql, time, logs, ct);
            return new ServeParts(served, sql, tokens, http, postgres, serve.IsOpen);
        }
        catch (Exception failure)
        {
            if (postgres is not null)
                await postgres.DisposeAsync();
            sql.Dispose();
            served.Dispose();
            tokens?.Dispose();
            throw failure is IOException or SocketException
                ? new TaplineException(
                    failure.Message, "serve.port and serve.pg, or --port and --pg, name other ports", failure)
                : failure;
        }
    }

    /// <summary>Says where the lake is served.</summary>
    public void Announce(Screen screen)
    {
        screen.Progress($"  http    {Http.Address}{(IsOpen ? "   for this machine alone, without keys" : "")}");
        if (Postgres?.Endpoint is { } endpoint)
            screen.Progress($"  pg      psql -h {endpoint.Address} -p {endpoint.Port} lake");
    }

    public async ValueTask DisposeAsync()
    {
        await Http.DisposeAsync();
        if (Postgres is not null)
            await Postgres.DisposeAsync();
        _sql.Dispose();
        _lake.Dispose();
        _tokens?.Dispose();
    }

    static JwtVerifier? Tokens(ServeConfig serve, TimeProvider time)
    {
        if (serve.Jwt is not { } options)
            return null;
        try
        {
            if (serve.JwtPublicKey is { } file)
                options = options with { PublicKeyPem = File.ReadAllText(file) };
            return new JwtVerifier(options, time);
        }
        catch (Exception failure) when (failure is IOException or ArgumentException or CryptographicException)
        {
            throw new TaplineException(
                "the key of serve.jwt cannot be used", "public_key names a file in PEM", failure);
        }
    }

    static X509Certificate2? Certificate(ServeConfig serve)
    {
        if (serve.Certificate is not { } file)
            return null;
        try
        {
            return X509Certificate2.CreateFromPemFile(file, serve.CertificateKey);
        }
        catch (Exception failure) when (failure is IOException or CryptographicException)
        {
            throw new TaplineException(
                $"the certificate {file} cannot be used", "certificate and certificate_key name files in PEM", failure);
        }
    }
}
