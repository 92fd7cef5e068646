using Microsoft.Extensions.Logging;
using Npgsql;
using Npgsql.Replication;
using Npgsql.Replication.Internal;
using Npgsql.Replication.PgOutput;
using NpgsqlTypes;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Catalog;
using Tapline.Ingest.Postgres.Envelope;
using Tapline.Ingest.Postgres.Signals;

namespace Tapline.Ingest.Postgres.Streaming;

/// <summary>Follows a slot from where it was acknowledged last, until cancelled; then waits for the log, acknowledges
/// and ends.</summary>
sealed class ChangeStream(
    NpgsqlDataSource database,
    PostgresSourceOptions options,
    IEventLog log,
    TableRegistry registry,
    IReadOnlyCollection<TableId> captured,
    RereadQueue rereads,
    SourceMeter meter,
    TimeProvider time,
    ILogger logger)
{
    const int MessageBytesMax = 1 << 30;

    static readonly TimeSpan _cancelMax = TimeSpan.FromSeconds(2);
    static readonly TimeSpan _confirmInterval = TimeSpan.FromMilliseconds(10);
    static readonly TimeSpan _drainMax = TimeSpan.FromSeconds(10);

    byte[] _message = new byte[64 * 1024];
    Task<int> _pending = Task.FromResult(0);

    /// <summary>Streams until cancelled. Throws what Npgsql throws when the connection ends.</summary>
    public async Task RunAsync(long confirmedLsn, CancellationToken ct)
    {
        await using var connection = new LogicalReplicationConnection(
            SourceSession.ReplicationString(options.ConnectionString))
        {
            WalReceiverStatusInterval = TimeSpan.FromSeconds(5),
        };
        await connection.Open(ct);
        await using var producer = log.OpenProducer("tapline-ingest-stream");
        var acknowledger = new Acknowledger(connection, producer, meter, options.StatusInterval, time, logger);
        var window = new RereadWindow();
        using var transactions = new OpenTransactions(options.SpoolFolder, NewEncoder(producer, window, acknowledger));
        var rereader = new TableRereader(database, options, rereads, window, producer, time, logger);
        // Reading has a token of its own: when it is cancelled the connection is of no more use, and the last
        // acknowledgement has to go out before.
        using var reading = new CancellationTokenSource();
        var messages = connection.StartLogicalReplication(
            new PgOutputReplicationSlot(options.SlotName),
            reading.Token,
            new NpgsqlLogSequenceNumber(unchecked((ulong)confirmedLsn)),
            [.. Settings()]);
        var enumerator = messages.GetAsyncEnumerator(reading.Token);
        try
        {
            logger.StreamingStarted(options.SlotName, SourcePosition.FormatLsn(confirmedLsn));
            await TaskScope.RunBesideAsync(
                c => ReadAsync(enumerator, transactions, c),
                [acknowledger.RunAsync, rereader.RunAsync, c => new Heartbeat(options, producer, time).RunAsync(c)],
                ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            await DrainAsync(acknowledger);
            throw;
        }
        finally
        {
            await StopAsync(enumerator, reading);
        }
    }

    // With the second version the server sends a large transaction while it goes on, instead of keeping it on its own
    // disk until the commit.
    IEnumerable<KeyValuePair<string, string?>> Settings()
    {
        yield return new("proto_version", options.StreamsOpenTransactions ? "2" : "1");
        yield return new("publication_names", string.Join(", ", options.Publications.Select(SourceSession.Quote)));
        yield return new("messages", "true");
        if (options.StreamsOpenTransactions)
            yield return new("streaming", "on");
    }

    async Task DrainAsync(Acknowledger acknowledger)
    {
        using var limit = new CancellationTokenSource(_drainMax, time);
        try
        {
            await acknowledger.AcknowledgeAsync(limit.Token);
            await ConfirmAsync(limit.Token);
            logger.StreamingStopped(SourcePosition.FormatLsn(meter.AcknowledgedLsn));
        }
        catch (Exception exception)
        {
            // What was not acknowledged comes again, with the same positions.
            logger.DrainFailed(exception);
        }
    }

    // The request that ends the stream takes another connection and may overtake the acknowledgement.
    async Task ConfirmAsync(CancellationToken ct)
    {
        await using var other = await database.OpenConnectionAsync(ct);
        var catalog = new CatalogReader(other);
        while (await catalog.SlotAsync(options.SlotName, ct) is { } slot && slot.ConfirmedLsn < meter.AcknowledgedLsn)
            await Task.Delay(_confirmInterval, time, ct);
    }

    ChangeEncoder NewEncoder(IEventProducer producer, RereadWindow window, Acknowledger acknowledger)
    {
        var databaseName = new NpgsqlConnectionStringBuilder(options.ConnectionString).Database ?? "";
        var markers = options.WritesTransactions ? new TransactionMarkers(options.Prefix, producer) : null;
        var writer = new EnvelopeWriter(options.Prefix, databaseName, time) { Order = markers?.Order };
        var patterns = new TablePatterns(options.Tables);
        var tables = new StreamedTables(database, registry, patterns, options.SignalTable, meter);
        var placer = new RereadPlacer(
            rereads,
            window,
            registry,
            new EnvelopeWriter(options.Prefix, databaseName, time),
            producer,
            meter,
            captured);
        return new ChangeEncoder(tables, writer, markers, placer, producer, acknowledger, meter);
    }

    async Task ReadAsync(
        IAsyncEnumerator<XLogDataMessage> messages, OpenTransactions transactions, CancellationToken ct)
    {
        while (true)
        {
            var next = NextAsync(messages);
            int length;
            if (next.IsCompleted)
            {
                length = await next;
            }
            else
            {
                _pending = next.AsTask();
                length = await _pending.WaitAsync(ct);
            }
            ct.ThrowIfCancellationRequested();
            await transactions.HandleAsync(_message.AsMemory(0, length), LastLsn(messages), ct);
        }
    }

    // Reads a whole message. It is not given up in the middle: what Npgsql has begun to read must be awaited before the
    // connection is disposed of.
    async ValueTask<int> NextAsync(IAsyncEnumerator<XLogDataMessage> messages)
    {
        if (!await messages.MoveNextAsync())
            throw new NpgsqlException("the server ended the change stream");
        var data = messages.Current.Data;
        var length = checked((int)data.Length);
        if (length > MessageBytesMax)
            throw new InvalidDataException($"a message of the change stream is longer than {MessageBytesMax} bytes");
        if (length > _message.Length)
            _message = new byte[Math.Max(length, _message.Length * 2)];
        await data.ReadExactlyAsync(_message.AsMemory(0, length), CancellationToken.None);
        return length;
    }

    static long LastLsn(IAsyncEnumerator<XLogDataMessage> messages) =>
        unchecked((long)(ulong)messages.Current.WalStart);

    // A request to cancel is sent beside the stream and can miss the read it is meant for; ending the server's side
    // cannot.
    async Task EndReadAsync()
    {
        try
        {
            await _pending.WaitAsync(_cancelMax, time);
            return;
        }
        catch (TimeoutException)
        {
            logger.ReadNotCancelled(options.SlotName);
        }
        await using var other = await database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(
            "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1", other);
        command.Parameters.AddWithValue(options.SlotName);
        await command.ExecuteNonQueryAsync();
        await _pending.WaitAsync(_drainMax, time);
    }

    async Task StopAsync(IAsyncEnumerator<XLogDataMessage> messages, CancellationTokenSource reading)
    {
        await reading.CancelAsync();
        try
        {
            await EndReadAsync();
            await messages.DisposeAsync();
        }
        catch (Exception exception) when (exception is OperationCanceledException or NpgsqlException or IOException)
        {
            // How the read ends that was just cancelled; if it failed before, the reading task has told.
        }
    }
}
