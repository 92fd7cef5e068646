using Tapline.Kafka.Broker.Log;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Broker.Requests;

/// <summary>Reads batches, waiting for them if need be. Without sessions: every request names all its
/// partitions.</summary>
sealed class Fetch(BrokerServices services) : ApiHandler(ApiKey.Fetch, 4, 11)
{
    const int TopicBytesMin = 6;
    const int PartitionBytesMin = 16;

    public override async ValueTask<bool> AnswerAsync(Request request, ResponseBuffer response, CancellationToken ct)
    {
        var order = Read(request);
        if (order.SessionId == 0)
            await WaitAsync(order, ct);
        Write(order, request.Version, response);
        return true;
    }

    static FetchOrder Read(Request request)
    {
        var version = request.Version;
        var reader = request.Reader;
        reader.ReadInt32(); // The replica: a client has none.
        var waitMs = reader.ReadInt32();
        var bytesMin = reader.ReadInt32();
        var bytesMax = reader.ReadInt32();
        reader.ReadInt8(); // The isolation level: there are no transactions, so both see the same.
        var sessionId = version >= 7 ? reader.ReadInt32() : 0;
        if (version >= 7)
            reader.ReadInt32(); // The session's epoch.
        var topics = new FetchTopic[reader.ReadCount(TopicBytesMin)];
        for (var t = 0; t < topics.Length; t++)
        {
            topics[t] = new FetchTopic(reader.ReadString(), new FetchPartition[reader.ReadCount(PartitionBytesMin)]);
            for (var p = 0; p < topics[t].Partitions.Length; p++)
            {
                var number = reader.ReadInt32();
                var leaderEpoch = version >= 9 ? reader.ReadInt32() : -1;
                var offset = reader.ReadInt64();
                if (version >= 5)
                    reader.ReadInt64(); // A follower's log start.
                topics[t].Partitions[p] = new FetchPartition(number, leaderEpoch, offset, reader.ReadInt32());
            }
        }
        return new FetchOrder(waitMs, bytesMin, bytesMax, sessionId, topics);
    }

    /// <summary>Returns when enough is there to read, something is wrong with a partition, or the client's time is
    /// up.</summary>
    async Task WaitAsync(FetchOrder order, CancellationToken ct)
    {
        if (order.WaitMs <= 0 || IsAnswerable(order))
            return;
        var signal = new AppendSignal();
        List<PartitionLog> logs = [.. Logs(order)];
        logs.ForEach(log => log.Appended.Add(signal));
        using var timeUp = CancellationTokenSource.CreateLinkedTokenSource(ct);
        await using var timer = services.Time.CreateTimer(
            _ => timeUp.Cancel(), null, TimeSpan.FromMilliseconds(order.WaitMs), Timeout.InfiniteTimeSpan);
        try
        {
            while (!IsAnswerable(order))
            {
                await signal.Rung.WaitAsync(timeUp.Token);
                signal.Reset();
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // The client's time is up: it gets what there is.
        }
        finally
        {
            logs.ForEach(log => log.Appended.Remove(signal));
        }
    }

    IEnumerable<PartitionLog> Logs(FetchOrder order) =>
        from topic in order.Topics
        from partition in topic.Partitions
        let log = services.Topics.Find(topic.Name, partition.Number)
        where log is not null
        select log;

    bool IsAnswerable(FetchOrder order)
    {
        var bytes = 0L;
        foreach (var topic in order.Topics)
        {
            foreach (var partition in topic.Partitions)
            {
                var (log, error) = Check(topic.Name, partition);
                if (error != KafkaError.None)
                    return true;
                bytes += Math.Min(log!.BytesFrom(partition.Offset), partition.BytesMax);
                if (bytes >= Math.Max(order.BytesMin, 1))
                    return true;
            }
        }
        return order.BytesMin <= 0;
    }

    (PartitionLog? Log, KafkaError Error) Check(string topic, FetchPartition partition)
    {
        if (services.Topics.Find(topic, partition.Number) is not { } log)
            return (null, KafkaError.UnknownTopicOrPartition);
        if (partition.LeaderEpoch > PartitionLog.LeaderEpoch)
            return (log, KafkaError.UnknownLeaderEpoch);
        return partition.Offset < log.StartOffset || partition.Offset > log.EndOffset
            ? (log, KafkaError.OffsetOutOfRange)
            : (log, KafkaError.None);
    }

    void Write(FetchOrder order, short version, ResponseBuffer response)
    {
        var writer = new WireWriter(response);
        writer.WriteInt32(0);
        if (version >= 7)
        {
            writer.WriteError(order.SessionId == 0 ? KafkaError.None : KafkaError.FetchSessionIdNotFound);
            writer.WriteInt32(0);
        }
        var topics = order.SessionId == 0 ? order.Topics : [];
        var bytesLeft = Math.Clamp(order.BytesMax, 0, services.Options.FetchBytesMax);
        var isEmpty = true;
        writer.WriteCount(topics.Count);
        foreach (var topic in topics)
        {
            writer.WriteString(topic.Name);
            writer.WriteCount(topic.Partitions.Length);
            foreach (var partition in topic.Partitions)
            {
                var read = Write(topic.Name, partition, version, response, bytesLeft, isEmpty);
                bytesLeft = Math.Max(0, bytesLeft - read);
                isEmpty &= read == 0;
            }
        }
    }

    int Write(
        string topic, FetchPartition partition, short version, ResponseBuffer response, int bytesLeft, bool isEmpty)
    {
        var writer = new WireWriter(response);
        var (log, error) = Check(topic, partition);
        writer.WriteInt32(partition.Number);
        writer.WriteError(error);
        var highWatermark = log?.EndOffset ?? -1;
        writer.WriteInt64(highWatermark);
        writer.WriteInt64(highWatermark); // Without transactions all of it is stable,
        if (version >= 5)
            writer.WriteInt64(log?.StartOffset ?? -1);
        writer.WriteCount(-1); // and none was aborted.
        if (version >= 11)
            writer.WriteInt32(-1); // No other replica to read from.
        var lengthAt = response.ReserveInt32();
        var read = 0;
        if (error == KafkaError.None && partition.Offset < highWatermark)
            read = Read(log!, partition.Offset, Math.Clamp(partition.BytesMax, 0, bytesLeft), isEmpty, response);
        response.PatchInt32(lengthAt, read);
        return read;
    }

    static int Read(PartitionLog log, long offset, int bytesMax, bool atLeastOne, ResponseBuffer response)
    {
        try
        {
            return log.Read(offset, bytesMax, atLeastOne, response);
        }
        catch (ObjectDisposedException)
        {
            return 0; // Retention took the segment away just now: the client asks again and is told.
        }
    }
}

/// <summary>What a fetch request asks for.</summary>
sealed record FetchOrder(int WaitMs, int BytesMin, int BytesMax, int SessionId, IReadOnlyList<FetchTopic> Topics);

/// <summary>The partitions of one topic in it.</summary>
sealed record FetchTopic(string Name, FetchPartition[] Partitions);

/// <summary>One partition in it.</summary>
readonly record struct FetchPartition(int Number, int LeaderEpoch, long Offset, int BytesMax);
