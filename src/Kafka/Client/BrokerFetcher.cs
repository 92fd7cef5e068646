using Tapline.Contracts.Log;
using Tapline.Kafka.Client.Records;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Client;

/// <summary>Fetches from one broker with one request under way: while an answer is decoded, the next is on its way into
/// a second buffer. All members are called by the reader's own task; only the exchange itself runs beside it.</summary>
sealed class BrokerFetcher(
    int id, BrokerAddress address, KafkaOptions options, string clientId, TimeProvider time, CancellationToken stop)
    : IAsyncDisposable
{
    /// <summary>How long a broker holds back an empty answer; also the longest that a partition assigned in the
    /// meantime waits for its turn.</summary>
    static readonly TimeSpan WaitMax = TimeSpan.FromMilliseconds(250);

    /// <summary>What an answer may have besides the records of one batch.</summary>
    const int AnswerOverheadMax = 16 << 20;

    readonly List<FetchedRun> _runs = [];
    readonly Dictionary<TopicPartition, PartitionPosition> _requested = [];
    readonly List<FetchedPartition> _arrived = [];
    ResponseBuffer _front = NewBuffer(options);
    ResponseBuffer _back = NewBuffer(options);
    BrokerConnection? _connection;
    Task? _pending;
    short _version;
    bool _isFrontLent;

    public int Id { get; } = id;

    /// <summary>Where the next connection goes.</summary>
    public BrokerAddress Address { get; set; } = address;

    /// <summary>The request under way, or done and not taken; null when there is none.</summary>
    public Task? Pending => _pending;

    /// <summary>Whether an answer can be taken: it is there, and nobody reads the one before any more.</summary>
    public bool CanTake => _pending is { IsCompleted: true } && _runs.Count == 0 && !_isFrontLent;

    /// <summary>Ends the validity of the chunks handed out before.</summary>
    public void Release() => _isFrontLent = false;

    /// <summary>Sends a request for positions, unless one is under way.</summary>
    public void Start(IReadOnlyList<PartitionPosition> positions, int bytesMax)
    {
        if (_pending is not null || positions.Count == 0)
            return;
        _requested.Clear();
        foreach (var position in positions)
            _requested[position.Partition] = position;
        FetchTopic[] topics =
        [
            .. from position in positions
               group (position.Partition.Partition, position.FetchNext) by position.Partition.Topic into topic
               select new FetchTopic(topic.Key, [.. topic]),
        ];
        _pending = FetchAsync(topics, bytesMax);
    }

    /// <summary>Takes the answer over: moves the fetched positions and lists what the broker would not give. Throws
    /// what the exchange threw.</summary>
    public async ValueTask<IReadOnlyList<(PartitionPosition Position, KafkaError Error)>> TakeAsync()
    {
        var pending = _pending!;
        _pending = null;
        await pending;
        (_front, _back) = (_back, _front);
        _arrived.Clear();
        FetchExchange.ReadAnswer(_front.Frame.Span, _version, _arrived);
        List<(PartitionPosition, KafkaError)> refused = [];
        foreach (var (partition, error, start, end) in _arrived)
        {
            if (!_requested.TryGetValue(partition, out var position) || !position.IsAssigned)
                continue;
            if (error != KafkaError.None)
                refused.Add((position, error));
            else if (start < end)
                AddRun(position, start, end);
        }
        _runs.RemoveAll(static run => run.IsEmpty);
        return refused;
    }

    /// <summary>Decodes what has been taken, up to about a number of bytes, and says how many it were.</summary>
    public long Decode(RecordDecoder decoder, long bytesMax, List<RecordChunk> chunks)
    {
        long total = 0;
        while (_runs.Count > 0 && total < bytesMax)
        {
            var run = _runs[0];
            _isFrontLent = true;
            total += decoder.Decode(run, _front.Frame, (int)(bytesMax - total), chunks);
            if (!run.IsEmpty)
                break;
            _runs.RemoveAt(0);
        }
        return total;
    }

    /// <summary>What the broker holds of a partition. Only while no request is under way.</summary>
    public async Task<OffsetRange> HeldAsync(TopicPartition partition, CancellationToken ct) => new(
        await OffsetAsync(partition, OffsetsExchange.Earliest, ct),
        await OffsetAsync(partition, OffsetsExchange.Latest, ct));

    /// <summary>Forgets the connection; what has been taken stays.</summary>
    public void Disconnect()
    {
        _connection?.Dispose();
        _connection = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_pending is not null)
            await _pending.ContinueWith(static _ => { }, TaskScheduler.Default); // Stopped or failed: nobody waits.
        Disconnect();
    }

    void AddRun(PartitionPosition position, int start, int end)
    {
        try
        {
            _runs.Add(new FetchedRun(position, _front.Frame.Span, start, end));
        }
        catch (MalformedMessageException malformed)
        {
            throw RecordDecoder.Unreadable(position, malformed);
        }
    }

    async Task FetchAsync(FetchTopic[] topics, int bytesMax)
    {
        _connection ??= await BrokerConnection.OpenAsync(Address, clientId, options.RequestTimeout, time, stop);
        _version = _connection.VersionOf(ApiKey.Fetch, FetchExchange.VersionMin, FetchExchange.VersionMax);
        await ExchangeAsync(
            _connection,
            ApiKey.Fetch,
            _version,
            writer => FetchExchange.WriteRequest(writer, _version, topics, WaitMax, bytesMax),
            _back,
            stop);
    }

    async Task<long> OffsetAsync(TopicPartition partition, long which, CancellationToken ct)
    {
        var connection = _connection ?? throw new IOException($"{Address} is not connected");
        var version = connection.VersionOf(ApiKey.ListOffsets, OffsetsExchange.Version, OffsetsExchange.Version);
        await ExchangeAsync(
            connection,
            ApiKey.ListOffsets,
            version,
            writer => OffsetsExchange.WriteRequest(writer, partition, which),
            _back,
            ct);
        return OffsetsExchange.ReadAnswer(_back.Frame.Span);
    }

    async Task ExchangeAsync(
        BrokerConnection connection,
        ApiKey key,
        short version,
        Action<WireWriter> writeBody,
        ResponseBuffer answer,
        CancellationToken ct)
    {
        using var deadline = Deadline.After(options.RequestTimeout + WaitMax, time, ct);
        try
        {
            await connection.ExchangeAsync(key, version, writeBody, answer, deadline.Token);
        }
        catch (OperationCanceledException late) when (deadline.HasPassed(late))
        {
            throw new IOException($"{Address} did not answer within {options.RequestTimeout}", late);
        }
    }

    static ResponseBuffer NewBuffer(KafkaOptions options) => new(options.BatchBytesMax + AnswerOverheadMax);
}
