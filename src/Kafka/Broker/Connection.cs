using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Tapline.Kafka.Broker.Requests;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker;

/// <summary>One client's connection: a request is read, answered, and only then the next is read, as Kafka does; what a
/// client may have in flight is bounded by its socket. A client that does not follow the protocol is cut off.</summary>
/// <remarks>
/// <code>
/// request  := bytes: int32, apiKey: int16, version: int16, correlationId: int32, clientId: string (null), body
/// response := bytes: int32, correlationId: int32, body
/// </code>
/// </remarks>
sealed class Connection(Socket socket, RequestTable requests, int requestBytesMax, ILogger logger)
{
    const int HeaderBytesMin = 10;
    const int FirstReadBytes = 64 << 10;
    const int KeptBytesMax = 1 << 20;

    readonly string _client = socket.RemoteEndPoint?.ToString() ?? "a client that has gone";
    byte[] _frame = [];

    /// <summary>Serves the client until it goes, misbehaves, or the broker stops.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (await ReadFrameAsync(ct) is { Length: > 0 } frame)
                await AnswerAsync(frame, ct);
        }
        catch (MalformedMessageException malformed)
        {
            logger.ConnectionRefused(_client, malformed.Message);
        }
        catch (Exception ended) when (ended is SocketException or IOException or OperationCanceledException
            or ObjectDisposedException)
        {
            logger.ConnectionEnded(_client, ended.Message);
        }
        finally
        {
            socket.Dispose();
            Release();
        }
    }

    async Task AnswerAsync(ReadOnlyMemory<byte> frame, CancellationToken ct)
    {
        var request = ReadHeader(frame);
        using var response = new ResponseBuffer();
        var lengthAt = response.ReserveInt32();
        new WireWriter(response).WriteInt32(request.CorrelationId);
        bool answers;
        try
        {
            answers = await requests.AnswerAsync(request, response, ct);
        }
        catch (Exception failure) when (failure is not (MalformedMessageException or OperationCanceledException))
        {
            // Our fault: the client is cut off rather than left without its answer.
            logger.RequestFailed(request.Api.ToString(), _client, failure);
            throw new IOException("a request failed", failure);
        }
        if (!answers)
            return;
        response.PatchInt32(lengthAt, response.Length - sizeof(int));
        for (var rest = response.Written; !rest.IsEmpty;)
            rest = rest[await socket.SendAsync(rest, ct)..];
    }

    Request ReadHeader(ReadOnlyMemory<byte> frame)
    {
        var reader = new WireReader(frame.Span);
        var (api, version, correlationId) = ((ApiKey)reader.ReadInt16(), reader.ReadInt16(), reader.ReadInt32());
        var clientId = reader.ReadNullableString() ?? "";
        return new Request(api, version, correlationId, clientId, _client, frame[^reader.Remaining..]);
    }

    /// <summary>The next request; empty when the client has closed. The buffer grows as bytes come, never ahead of them
    /// by more than what has come: a length alone costs nothing.</summary>
    async Task<ReadOnlyMemory<byte>> ReadFrameAsync(CancellationToken ct)
    {
        if (_frame.Length > KeptBytesMax)
            Release();
        if (!await FillAsync(0, sizeof(int), isStart: true, ct))
            return default;
        var length = BinaryPrimitives.ReadInt32BigEndian(_frame);
        if (length < HeaderBytesMin || length > requestBytesMax)
            throw new MalformedMessageException($"a request of {length} bytes where {requestBytesMax} are the most");
        for (var have = 0; have < length;)
        {
            var next = (int)Math.Min(length, Math.Max(FirstReadBytes, have * 2L));
            await FillAsync(have, next - have, isStart: false, ct);
            have = next;
        }
        return _frame.AsMemory(0, length);
    }

    async Task<bool> FillAsync(int from, int count, bool isStart, CancellationToken ct)
    {
        Reserve(from, from + count);
        for (var have = 0; have < count;)
        {
            var read = await socket.ReceiveAsync(_frame.AsMemory(from + have, count - have), ct);
            if (read == 0)
                return isStart && have == 0
                    ? false
                    : throw new IOException("the client closed in the middle of a request");
            have += read;
        }
        return true;
    }

    void Reserve(int kept, int wanted)
    {
        if (_frame.Length >= wanted)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(wanted);
        _frame.AsSpan(0, kept).CopyTo(larger);
        Release();
        _frame = larger;
    }

    void Release()
    {
        if (_frame.Length > 0)
            ArrayPool<byte>.Shared.Return(_frame);
        _frame = [];
    }
}
