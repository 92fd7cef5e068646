using System.Buffers.Binary;
using System.Net.Sockets;
using Tapline.Kafka.Client.Records;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Client;

/// <summary>One TCP connection to a broker with one request under way at a time. Failures are
/// <see cref="IOException"/>, <see cref="SocketException"/> and <see cref="MalformedMessageException"/>; after one, or
/// after a cancelled request, the connection is of no more use.</summary>
sealed class BrokerConnection : IDisposable
{
    const int LengthBytes = sizeof(int);
    const int ReceiveWindowBytes = 1 << 20;

    readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
        ReceiveBufferSize = ReceiveWindowBytes,
    };

    readonly string _clientId;
    readonly RecordBuffer _request = new();
    readonly Dictionary<ApiKey, (short Min, short Max)> _versions = [];
    int _correlationId;

    BrokerConnection(string clientId) => _clientId = clientId;

    /// <summary>Connects and asks for the versions that the broker speaks.</summary>
    public static async Task<BrokerConnection> OpenAsync(
        BrokerAddress address, string clientId, TimeSpan timeout, TimeProvider time, CancellationToken ct)
    {
        using var deadline = Deadline.After(timeout, time, ct);
        var connection = new BrokerConnection(clientId);
        try
        {
            await connection._socket.ConnectAsync(address.Host, address.Port, deadline.Token);
            await connection.AskVersionsAsync(deadline.Token);
            return connection;
        }
        catch (Exception failure)
        {
            connection.Dispose();
            if (deadline.HasPassed(failure))
                throw new IOException($"{address} did not answer within {timeout}", failure);
            throw;
        }
    }

    /// <summary>The highest version of a request that both sides speak. Throws when there is none.</summary>
    public short VersionOf(ApiKey key, short min, short max)
    {
        if (!_versions.TryGetValue(key, out var range) || range.Max < min || range.Min > max)
        {
            throw new MalformedMessageException(
                $"the broker speaks {key} {range.Min} to {range.Max}, we speak {min} to {max}");
        }
        return Math.Min(range.Max, max);
    }

    /// <summary>Sends a request and receives its answer into <paramref name="answer"/>, whose memory stays the
    /// caller's.</summary>
    public async Task ExchangeAsync(
        ApiKey key, short version, Action<WireWriter> writeBody, ResponseBuffer answer, CancellationToken ct)
    {
        var correlationId = WriteRequest(key, version, writeBody);
        var rest = _request.Written;
        while (!rest.IsEmpty)
            rest = rest[await _socket.SendAsync(rest, ct)..];
        await ReceiveAsync(answer, ct);
        if (BinaryPrimitives.ReadInt32BigEndian(answer.Frame.Span) is var found && found != correlationId)
            throw new MalformedMessageException($"an answer to request {found} where {correlationId} is wanted");
        answer.SkipCorrelationId();
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    int WriteRequest(ApiKey key, short version, Action<WireWriter> writeBody)
    {
        _correlationId = unchecked(_correlationId + 1);
        _request.Clear();
        var writer = new WireWriter(_request);
        writer.WriteInt32(0); // The length, known at the end.
        writer.WriteInt16((short)key);
        writer.WriteInt16(version);
        writer.WriteInt32(_correlationId);
        writer.WriteString(_clientId);
        writeBody(writer);
        BinaryPrimitives.WriteInt32BigEndian(_request.From(0, 0), _request.Count - LengthBytes);
        return _correlationId;
    }

    /// <summary>Nothing else is under way, so that whatever arrives belongs to this answer.</summary>
    async Task ReceiveAsync(ResponseBuffer answer, CancellationToken ct)
    {
        answer.Clear();
        var wanted = LengthBytes;
        for (var received = 0; received < wanted;)
        {
            var count = await _socket.ReceiveAsync(answer.Room(received), ct);
            if (count == 0)
                throw new IOException($"the broker closed the connection after {received} of {wanted} bytes");
            var hadLength = received >= LengthBytes;
            received += count;
            if (!hadLength && received >= LengthBytes)
                wanted = answer.Expect(received);
            if (received > wanted && received > LengthBytes)
                throw new MalformedMessageException($"{received - wanted} bytes behind the answer");
        }
    }

    async Task AskVersionsAsync(CancellationToken ct)
    {
        var answer = new ResponseBuffer(1 << 20);
        await ExchangeAsync(ApiKey.ApiVersions, 0, static _ => { }, answer, ct);
        ReadVersions(answer.Frame.Span);
    }

    void ReadVersions(ReadOnlySpan<byte> answer)
    {
        const int entryBytes = 3 * sizeof(short);
        var reader = new WireReader(answer);
        if ((KafkaError)reader.ReadInt16() is var error && error != KafkaError.None)
            throw new MalformedMessageException($"the broker answers {error} when asked for its versions");
        for (var left = reader.ReadCount(entryBytes); left > 0; left--)
            _versions[(ApiKey)reader.ReadInt16()] = (reader.ReadInt16(), reader.ReadInt16());
    }
}
