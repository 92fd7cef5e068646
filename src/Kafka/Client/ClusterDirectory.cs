using System.Net.Sockets;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Client;

/// <summary>Asks the cluster who leads what, over a connection of its own and by any broker that answers. One question
/// at a time.</summary>
sealed class ClusterDirectory(KafkaOptions options, string clientId, TimeProvider time) : IDisposable
{
    const int AnswerBytesMax = 64 << 20;

    readonly IReadOnlyList<BrokerAddress> _bootstrap = BrokerAddress.ParseList(options.BootstrapServers);
    readonly ResponseBuffer _answer = new(AnswerBytesMax);
    IReadOnlyList<BrokerAddress> _known = [];
    BrokerConnection? _connection;

    /// <summary>The leaders of these topics. Throws what the last broker tried threw when none answers.</summary>
    public async Task<ClusterMetadata> AskAsync(IReadOnlyCollection<string> topics, CancellationToken ct)
    {
        Exception? failed = null;
        if (_connection is not null)
        {
            try
            {
                return await AskAsync(_connection, topics, ct);
            }
            catch (Exception failure) when (IsConnectionFailure(failure))
            {
                Drop();
                failed = failure;
            }
        }
        foreach (var address in _bootstrap.Concat(_known).Distinct())
        {
            try
            {
                _connection = await BrokerConnection.OpenAsync(address, clientId, options.RequestTimeout, time, ct);
                return await AskAsync(_connection, topics, ct);
            }
            catch (Exception failure) when (IsConnectionFailure(failure))
            {
                Drop();
                failed = failure;
            }
        }
        throw new IOException($"no broker of {options.BootstrapServers} answers: {failed?.Message}", failed);
    }

    /// <inheritdoc/>
    public void Dispose() => Drop();

    /// <summary>Whether a failure says that a connection is of no more use, and another may be.</summary>
    public static bool IsConnectionFailure(Exception failure) =>
        failure is IOException or SocketException or MalformedMessageException;

    async Task<ClusterMetadata> AskAsync(
        BrokerConnection connection, IReadOnlyCollection<string> topics, CancellationToken ct)
    {
        using var deadline = Deadline.After(options.RequestTimeout, time, ct);
        try
        {
            var version = connection.VersionOf(ApiKey.Metadata, ClusterMetadata.Version, ClusterMetadata.Version);
            await connection.ExchangeAsync(
                ApiKey.Metadata,
                version,
                writer => ClusterMetadata.WriteRequest(writer, topics),
                _answer,
                deadline.Token);
        }
        catch (OperationCanceledException late) when (deadline.HasPassed(late))
        {
            throw new IOException($"no answer within {options.RequestTimeout}", late);
        }
        var metadata = ClusterMetadata.Read(_answer.Frame.Span);
        _known = [.. metadata.Brokers.Values];
        return metadata;
    }

    void Drop()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
