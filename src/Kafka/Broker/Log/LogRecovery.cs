using Microsoft.Extensions.Logging;

namespace Tapline.Kafka.Broker.Log;

/// <summary>Opens a partition's folder after any kind of end: a clean stop, a killed process, a lost machine.</summary>
static class LogRecovery
{
    /// <summary>Ends the names of files that compaction had not finished.</summary>
    public const string CompactedSuffix = ".cleaned";

    /// <summary>Reads what is there; a folder that is absent or empty becomes an empty log.</summary>
    public static LogOpening Open(string folder, int producersMax, DateTimeOffset now, ILogger logger)
    {
        Directory.CreateDirectory(folder);
        foreach (var unfinished in Directory.EnumerateFiles(folder))
            if (unfinished.EndsWith(CompactedSuffix) || unfinished.EndsWith(AtomicFile.UnfinishedSuffix))
                File.Delete(unfinished);
        var checkpoint = PartitionCheckpoint.Load(folder);
        var segments = OpenSegments(folder, logger);
        if (segments.Count == 0)
            segments.Add(Segment.Create(folder, checkpoint.LogStart));
        var (producers, from) = ProducerSnapshots.Load(folder, segments[^1].NextOffset, producersMax);
        foreach (var segment in segments.Where(segment => segment.NextOffset > from))
            Replay(segment, from, producers, now);
        return new LogOpening([.. segments], producers, checkpoint);
    }

    static List<Segment> OpenSegments(string folder, ILogger logger)
    {
        List<Segment> segments = [];
        foreach (var path in Directory.EnumerateFiles(folder, "*" + Segment.LogSuffix).Order(StringComparer.Ordinal))
        {
            var segment = Segment.Open(path, out var cutBytes);
            if (cutBytes > 0)
                logger.TailCut(path, cutBytes, segment.NextOffset);
            if (segments.Count > 0 && segment.BaseOffset < segments[^1].NextOffset)
                segment.Delete(); // Compaction merged it into the one before and was ended before it could delete it.
            else
                segments.Add(segment);
        }
        return segments;
    }

    static void Replay(Segment segment, long from, ProducerStates producers, DateTimeOffset now)
    {
        using var scanner = segment.Scan(segment.Index.PositionBefore(from));
        while (scanner.MoveNext())
            if (scanner.Header.BaseOffset >= from)
                producers.Note(scanner.Header, now.ToUnixTimeMilliseconds());
    }
}

/// <summary>What <see cref="LogRecovery"/> found.</summary>
sealed record LogOpening(Segment[] Segments, ProducerStates Producers, PartitionCheckpoint Checkpoint);
