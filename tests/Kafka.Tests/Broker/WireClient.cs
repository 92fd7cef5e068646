using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Tests.Broker;

/// <summary>A Kafka client that sends just what a test says, and reads what comes back.</summary>
sealed class WireClient : IDisposable
{
    readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    int _correlationId;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<WireClient> ConnectAsync(int port, CancellationToken ct)
    {
        var client = new WireClient();
        await client._socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), ct);
        return client;
    }

    /// <summary>Sends a request and returns the body of its answer.</summary>
    public async Task<byte[]> AskAsync(ApiKey api, short version, Action<WireWriter> body)
    {
        await SendAsync(api, version, body);
        var answer = await ReadFrameAsync();
        Assert.Equal(_correlationId, BinaryPrimitives.ReadInt32BigEndian(answer));
        return answer[sizeof(int)..];
    }

    public async Task SendAsync(ApiKey api, short version, Action<WireWriter> body)
    {
        var frame = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(frame);
        writer.WriteInt32(0);
        writer.WriteInt16((short)api);
        writer.WriteInt16(version);
        writer.WriteInt32(++_correlationId);
        writer.WriteString("test");
        body(writer);
        var bytes = frame.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length - sizeof(int));
        await SendRawAsync(bytes);
    }

    public async Task SendRawAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[await _socket.SendAsync(bytes, Ct)..];
    }

    /// <summary>Reads until the broker closes; says how many bytes came.</summary>
    public async Task<int> ReadToEndAsync()
    {
        var (total, buffer) = (0, new byte[4096]);
        try
        {
            while (await _socket.ReceiveAsync(buffer, Ct) is var read and > 0)
                total += read;
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            // Closed with bytes of ours unread: closed all the same.
        }
        return total;
    }

    public void FinishSending() => _socket.Shutdown(SocketShutdown.Send);

    public void Dispose() => _socket.Dispose();

    public async Task<(KafkaError Error, long Offset)> ProduceAsync(
        string topic, byte[] batch, int partition = 0, short acks = -1)
    {
        var answer = await AskAsync(ApiKey.Produce, 8, writer => WriteProduce(writer, topic, batch, partition, acks));
        var reader = new WireReader(answer);
        Assert.Equal(1, reader.ReadInt32());
        Assert.Equal(topic, reader.ReadString());
        Assert.Equal(1, reader.ReadInt32());
        Assert.Equal(partition, reader.ReadInt32());
        return ((KafkaError)reader.ReadInt16(), reader.ReadInt64());
    }

    public static void WriteProduce(WireWriter writer, string topic, byte[] batch, int partition = 0, short acks = -1)
    {
        writer.WriteString(null);
        writer.WriteInt16(acks);
        writer.WriteInt32(1000);
        writer.WriteCount(1);
        writer.WriteString(topic);
        writer.WriteCount(1);
        writer.WriteInt32(partition);
        writer.WriteBytes(batch);
    }

    public async Task<Fetched> FetchAsync(string topic, long offset, int waitMs = 0, int bytesMin = 1,
        int bytesMax = 1 << 20, int partitionBytesMax = 1 << 20, int partition = 0)
    {
        var answer = await AskAsync(ApiKey.Fetch, 11, writer =>
        {
            writer.WriteInt32(-1);
            writer.WriteInt32(waitMs);
            writer.WriteInt32(bytesMin);
            writer.WriteInt32(bytesMax);
            writer.WriteInt8(0);
            writer.WriteInt32(0);
            writer.WriteInt32(-1);
            writer.WriteCount(1);
            writer.WriteString(topic);
            writer.WriteCount(1);
            writer.WriteInt32(partition);
            writer.WriteInt32(-1);
            writer.WriteInt64(offset);
            writer.WriteInt64(-1);
            writer.WriteInt32(partitionBytesMax);
            writer.WriteCount(0);
            writer.WriteString("");
        });
        var reader = new WireReader(answer);
        reader.Take(4 + 2 + 4 + 4);
        reader.ReadString();
        reader.Take(4 + 4);
        var error = (KafkaError)reader.ReadInt16();
        var highWatermark = reader.ReadInt64();
        Assert.Equal(highWatermark, reader.ReadInt64());
        var start = reader.ReadInt64();
        reader.Take(4 + 4);
        return new Fetched(offset, error, highWatermark, start, reader.ReadBytes().ToArray());
    }

    public async Task<(KafkaError Error, long Offset, long TimestampMs)> ListOffsetAsync(string topic, long timestampMs)
    {
        var answer = await AskAsync(ApiKey.ListOffsets, 5, writer =>
        {
            writer.WriteInt32(-1);
            writer.WriteInt8(0);
            writer.WriteCount(1);
            writer.WriteString(topic);
            writer.WriteCount(1);
            writer.WriteInt32(0);
            writer.WriteInt32(-1);
            writer.WriteInt64(timestampMs);
        });
        var reader = new WireReader(answer);
        reader.Take(4 + 4);
        reader.ReadString();
        reader.Take(4 + 4);
        var error = (KafkaError)reader.ReadInt16();
        var foundMs = reader.ReadInt64();
        return (error, reader.ReadInt64(), foundMs);
    }

    public async Task<KafkaError> CreateTopicAsync(
        string topic, int partitions = 1, params (string Name, string Value)[] settings)
    {
        var answer = await AskAsync(ApiKey.CreateTopics, 4, writer =>
        {
            writer.WriteCount(1);
            writer.WriteString(topic);
            writer.WriteInt32(partitions);
            writer.WriteInt16(1);
            writer.WriteCount(0);
            writer.WriteCount(settings.Length);
            foreach (var (name, value) in settings)
            {
                writer.WriteString(name);
                writer.WriteString(value);
            }
            writer.WriteInt32(1000);
            writer.WriteBool(false);
        });
        var reader = new WireReader(answer);
        reader.Take(4 + 4);
        Assert.Equal(topic, reader.ReadString());
        return (KafkaError)reader.ReadInt16();
    }

    public async Task<KafkaError> DeleteTopicAsync(string topic)
    {
        var answer = await AskAsync(ApiKey.DeleteTopics, 3, writer =>
        {
            writer.WriteCount(1);
            writer.WriteString(topic);
            writer.WriteInt32(1000);
        });
        var reader = new WireReader(answer);
        reader.Take(4 + 4);
        Assert.Equal(topic, reader.ReadString());
        return (KafkaError)reader.ReadInt16();
    }

    public async Task<(long Start, KafkaError Error)> DeleteRecordsAsync(string topic, long before)
    {
        var answer = await AskAsync(ApiKey.DeleteRecords, 1, writer =>
        {
            writer.WriteCount(1);
            writer.WriteString(topic);
            writer.WriteCount(1);
            writer.WriteInt32(0);
            writer.WriteInt64(before);
            writer.WriteInt32(1000);
        });
        var reader = new WireReader(answer);
        reader.Take(4 + 4);
        reader.ReadString();
        reader.Take(4 + 4);
        return (reader.ReadInt64(), (KafkaError)reader.ReadInt16());
    }

    public async Task<long> InitProducerIdAsync()
    {
        var reader = new WireReader(await AskAsync(ApiKey.InitProducerId, 1, writer =>
        {
            writer.WriteString(null);
            writer.WriteInt32(1000);
        }));
        reader.ReadInt32();
        Assert.Equal(KafkaError.None, (KafkaError)reader.ReadInt16());
        return reader.ReadInt64();
    }

    async Task<byte[]> ReadFrameAsync()
    {
        var length = new byte[sizeof(int)];
        await FillAsync(length);
        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(length)];
        await FillAsync(frame);
        return frame;
    }

    async Task FillAsync(Memory<byte> target)
    {
        while (!target.IsEmpty)
        {
            var read = await _socket.ReceiveAsync(target, Ct);
            Assert.NotEqual(0, read);
            target = target[read..];
        }
    }
}

/// <summary>What a fetch of one partition brought.</summary>
sealed record Fetched(long Offset, KafkaError Error, long HighWatermark, long Start, byte[] Bytes)
{
    /// <summary>The records of its whole batches, which must be plain, from the offset on that was asked for: the first
    /// batch may hold earlier ones.</summary>
    public List<(long Offset, string? Key, string? Value, long TimestampMs)> Records()
    {
        List<(long, string?, string?, long)> all = [];
        var rest = Bytes.AsSpan();
        while (RecordBatchHeader.TryRead(rest, out var header) && header.TotalBytes <= rest.Length)
        {
            Assert.True(RecordBatchHeader.HasValidCrc(rest[..header.TotalBytes]));
            var records = new RecordReader(rest[RecordBatchHeader.Size..header.TotalBytes], header.RecordCount);
            while (records.MoveNext())
            {
                var record = records.Current;
                var offset = header.BaseOffset + record.OffsetDelta;
                if (offset < Offset)
                    continue;
                all.Add((offset,
                    record.HasKey ? System.Text.Encoding.UTF8.GetString(record.Key) : null,
                    record.IsTombstone ? null : System.Text.Encoding.UTF8.GetString(record.Value),
                    header.BaseTimestampMs + record.TimestampDelta));
            }
            rest = rest[header.TotalBytes..];
        }
        return all;
    }

    public IEnumerable<string?> Values() => Records().Select(record => record.Value);
}
