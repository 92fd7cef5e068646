using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Tapline.Lakehouse.Delta.Actions;
using Tapline.Lakehouse.Delta.Log;

namespace Tapline.Lakehouse.Delta.History;

/// <summary>When the versions of a table were made, in milliseconds since 1970, always later than the version before.
/// A table with in-commit timestamps says so itself from some version on; before that, and without them, the age of
/// the commits' files counts.</summary>
sealed class CommitTimes
{
    const string Prefix = "delta.";

    readonly ImmutableArray<long> _files;

    /// <summary>Takes the commits that are there, ascending and without a gap.</summary>
    public CommitTimes(ImmutableArray<CommitFile> commits, DeltaProtocol protocol, TableMetadata metadata)
    {
        Commits = commits;
        var times = ImmutableArray.CreateBuilder<long>(commits.Length);
        foreach (var commit in commits)
            times.Add(times.Count == 0 ? commit.ModifiedMs : Math.Max(commit.ModifiedMs, times[^1] + 1));
        _files = times.MoveToImmutable();
        var hasFeature = protocol.WriterFeatures?.Any(static name =>
            name is "inCommitTimestamp" or "inCommitTimestamp-preview") == true;
        if (!hasFeature || metadata.Property($"{Prefix}enableInCommitTimestamps") != "true")
            return;
        // A table that was made with them does not say since when.
        FirstOwn = Number(metadata.Property($"{Prefix}inCommitTimestampEnablementVersion")) ?? 0;
        FirstOwnMs = Number(metadata.Property($"{Prefix}inCommitTimestampEnablementTimestamp")) ?? long.MinValue;
    }

    /// <summary>The commits.</summary>
    public ImmutableArray<CommitFile> Commits { get; }

    /// <summary>The first version whose commit has its own timestamp; none has before it.</summary>
    public long FirstOwn { get; } = long.MaxValue;

    /// <summary>When that was.</summary>
    public long FirstOwnMs { get; } = long.MaxValue;

    /// <summary>When a version was made by its file; <paramref name="index"/> is a place in
    /// <see cref="Commits"/>.</summary>
    public long OfFile(int index) => _files[index];

    /// <summary>When a commit says it was made; <paramref name="file"/> is named in errors.</summary>
    public static long Own(LogCommit commit, string file) =>
        commit.Info is { } info && info.TryGetProperty("inCommitTimestamp"u8, out var time)
        && time.ValueKind == JsonValueKind.Number && time.TryGetInt64(out var milliseconds)
            ? milliseconds
            : throw new DeltaFormatException(file, "a commit with inCommitTimestamp", "one without");

    static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
