using Npgsql;
using Tapline.Cli.Terminal;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Lakehouse.Storage;
using Tapline.Streaming.Epochs;

namespace Tapline.Cli.Verification;

/// <summary>Waits until what is committed at the source has gone all the way into the lake.</summary>
sealed class CatchUp(CatchUpOptions options, IEventLog log, IObjectStore lake, Screen screen, TimeProvider time)
{
    static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan SilentMax = TimeSpan.FromSeconds(2);

    /// <summary>Waits for one source position. Throws <see cref="TaplineException"/> when the time is up, saying which
    /// part is behind.</summary>
    public async Task WaitAsync(long lsn, CancellationToken ct)
    {
        await WaitForIngestAsync(lsn, ct);
        await WaitForLakeAsync(await EndsAsync(ct), ct);
    }

    async Task WaitForIngestAsync(long lsn, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(options.ConnectionString);
        await connection.OpenAsync(ct);
        var progress = new WaitProgress(screen, time, SilentMax);
        while (true)
        {
            var (behind, active) = await SlotAsync(connection, lsn, ct);
            if (behind <= 0)
                return;
            if (progress.Elapsed > options.TimeMax)
            {
                throw new TaplineException(
                    $"ingest did not reach {SourcePosition.FormatLsn(lsn)} in {Units.Time(options.TimeMax)}: "
                    + $"{Units.Bytes(behind)} of the database's log are left, slot {options.Slot} is "
                    + (active ? "in use" : "not in use"),
                    active ? "wait, or raise --timeout" : "start ./tapline run (or ingest)");
            }
            progress.Report("waiting for ingest", behind, Units.Bytes);
            await Task.Delay(Pause, time, ct);
        }
    }

    async Task<(long Behind, bool Active)> SlotAsync(NpgsqlConnection connection, long lsn, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "SELECT pg_wal_lsn_diff($1::pg_lsn, confirmed_flush_lsn)::bigint, active FROM pg_replication_slots WHERE "
                + "slot_name = $2",
            connection);
        command.Parameters.Add(new NpgsqlParameter { Value = SourcePosition.FormatLsn(lsn) });
        command.Parameters.Add(new NpgsqlParameter { Value = options.Slot });
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct))
        {
            throw new TaplineException($"the database has no slot {options.Slot}: this pipeline has never read from it",
                "start ./tapline run (or ingest) first");
        }
        return (await reader.IsDBNullAsync(0, ct) ? long.MaxValue : reader.GetInt64(0), reader.GetBoolean(1));
    }

    /// <summary>Where the data topics end right now.</summary>
    async Task<Dictionary<TopicPartition, long>> EndsAsync(CancellationToken ct)
    {
        var ends = new Dictionary<TopicPartition, long>();
        foreach (var topic in (await log.ListTopicsAsync(ct)).Where(IsData))
        {
            for (var partition = 0; partition < topic.Partitions; partition++)
            {
                var at = new TopicPartition(topic.Name, partition);
                ends[at] = (await log.OffsetsAsync(at, ct)).End;
            }
        }
        return ends;
    }

    bool IsData(TopicInfo topic) =>
        topic.Name.StartsWith($"{options.Prefix}.", StringComparison.Ordinal)
        && topic.Name != TopicNames.Transactions(options.Prefix)
        && !TopicNames.IsOutput(options.Prefix, topic.Name);

    async Task WaitForLakeAsync(Dictionary<TopicPartition, long> ends, CancellationToken ct)
    {
        var progress = new WaitProgress(screen, time, SilentMax);
        while (true)
        {
            var reached = await LakeProgress.ReadAsync(lake, ct);
            var behind = ends.Sum(end => Math.Max(0, end.Value - reached.Offset(end.Key)));
            if (behind == 0)
                return;
            if (progress.Elapsed > options.TimeMax)
            {
                throw new TaplineException(
                    $"the lake did not take in the log in {Units.Time(options.TimeMax)}: {Units.Count(behind)} records "
                        + "are left",
                    "is ./tapline run (or stream) running? wait, or raise --timeout");
            }
            progress.Report("waiting for the lake", behind, static left => $"{Units.Count(left)} records");
            await Task.Delay(Pause, time, ct);
        }
    }
}

/// <summary>What to wait for and how long.</summary>
/// <param name="ConnectionString">The source.</param>
/// <param name="Slot">The pipeline's slot.</param>
/// <param name="Prefix">The prefix of its topics.</param>
/// <param name="TimeMax">How long each part may take.</param>
sealed record CatchUpOptions(string ConnectionString, string Slot, string Prefix, TimeSpan TimeMax);
