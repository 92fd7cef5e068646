using System.Globalization;
using Tapline.Cli.Configuration;
using Tapline.Cli.Running;
using Tapline.Contracts;

namespace Tapline.Cli.Chaos;

/// <summary>The lake of a chaos run: the folder's, or one in a bucket that the pipeline reaches through a gateway with
/// faults, and the checks without it. Disposing stops the gateway; the lake stays.</summary>
sealed class ChaosLake : IAsyncDisposable
{
    const string CopiesOfPipeline = "copies";
    const string CopiesOfChecks = "copies-of-checks";

    readonly ChaosFolder _folder;
    readonly TemporaryLake? _bucket;
    readonly FaultyGateway? _gateway;

    ChaosLake(ChaosFolder folder, TemporaryLake? bucket, FaultyGateway? gateway) =>
        (_folder, _bucket, _gateway) = (folder, bucket, gateway);

    /// <summary>How the checks see it.</summary>
    public LakeConfig Config => _bucket?.Config ?? LakeSettings.Of(_folder.Lake);

    /// <summary>How the pipeline sees it, for its configuration.</summary>
    public string Yaml => _bucket is { Options: var options }
        ? $"{{ path: \"{_bucket.Config.Path}\", s3: {{ endpoint: \"{_gateway?.Endpoint ?? options.Endpoint}\", "
            // What is silent for so long is tried again: the default would make of each such fault a pause.
            + $"cache: {CopiesOfPipeline}, timeout_seconds: 2 }} }}"
        : "{ path: lake, durability: process }";

    /// <summary>What was done to the pipeline's requests, in words; null where they were left alone.</summary>
    public string? Faults => _gateway is null ? null : string.Join(", ", _gateway.Counts.Select(static count =>
        string.Create(CultureInfo.InvariantCulture, $"{count.Fault} {count.Count}")));

    /// <summary>Throws <see cref="TaplineException"/> when such a lake cannot be made.</summary>
    public static void Check(ChaosOptions options)
    {
        if (options is { FaultShare: > 0, Bucket.Endpoint: var endpoint } && endpoint.Scheme != Uri.UriSchemeHttp)
        {
            throw new TaplineException(
                $"requests to {endpoint} cannot be made to fail: they are encrypted",
                "name a bucket that is reached by http://, or say --faults 0");
        }
    }

    /// <summary>Makes an empty lake.</summary>
    public static ChaosLake Open(ChaosOptions options, ChaosFolder folder, TimeProvider time)
    {
        if (options.Bucket is not { } address)
            return new ChaosLake(folder, bucket: null, gateway: null);
        var bucket = TemporaryLake.In(address, Path.Combine(folder.Root, CopiesOfChecks), time);
        var gateway = options.FaultShare > 0
            ? new FaultyGateway(address.Endpoint, options.FaultShare, options.Seed, time)
            : null;
        return new ChaosLake(folder, bucket, gateway);
    }

    /// <summary>Removes what is in the bucket; the folder is another's.</summary>
    public async Task DeleteAsync()
    {
        if (_bucket is not null)
            await _bucket.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_gateway is not null)
            await _gateway.DisposeAsync();
    }
}
