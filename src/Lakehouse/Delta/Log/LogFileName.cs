using System.Globalization;

namespace Tapline.Lakehouse.Delta.Log;

/// <summary>What a file of the log is, told by its name. Names that follow no rule are nobody's concern.</summary>
abstract record LogFileName
{
    const int VersionDigits = 20;
    const int PartDigits = 10;

    LogFileName()
    {
    }

    /// <summary>A commit: <c>00000000000000000012.json</c>.</summary>
    public sealed record Commit(long Version) : LogFileName;

    /// <summary>A checkpoint in one file: <c>00000000000000000012.checkpoint.parquet</c>.</summary>
    public sealed record Checkpoint(long Version) : LogFileName;

    /// <summary>One of several files of a checkpoint, counted from 1:
    /// <c>00000000000000000012.checkpoint.0000000001.0000000003.parquet</c>.</summary>
    public sealed record CheckpointPart(long Version, int Part, int Parts) : LogFileName;

    /// <summary>A checkpoint of the second kind:
    /// <c>00000000000000000012.checkpoint.(uuid).(json|parquet)</c>.</summary>
    public sealed record UuidCheckpoint(long Version) : LogFileName;

    /// <summary>A version's checksum: <c>00000000000000000012.crc</c>.</summary>
    public sealed record Checksum(long Version) : LogFileName;

    /// <summary>Reads a name without folders; null when it is none of these.</summary>
    public static LogFileName? Parse(ReadOnlySpan<char> name)
    {
        if (name.Length <= VersionDigits || !TryNumber(name[..VersionDigits], out var version))
            return null;
        var rest = name[VersionDigits..];
        if (rest is ".json")
            return new Commit(version);
        if (rest is ".checkpoint.parquet")
            return new Checkpoint(version);
        if (rest is ".crc")
            return new Checksum(version);
        if (!rest.StartsWith(".checkpoint.", StringComparison.Ordinal))
            return null;
        return ParsePart(version, rest[".checkpoint.".Length..]);
    }

    static LogFileName? ParsePart(long version, ReadOnlySpan<char> rest)
    {
        const string End = ".parquet";
        if (rest.Length == PartDigits + 1 + PartDigits + End.Length && rest.EndsWith(End, StringComparison.Ordinal))
        {
            return TryNumber(rest[..PartDigits], out var part)
                && TryNumber(rest[(PartDigits + 1)..^End.Length], out var parts)
                && part >= 1 && part <= parts && parts <= int.MaxValue
                    ? new CheckpointPart(version, (int)part, (int)parts)
                    : null;
        }
        const int UuidLetters = 36;
        return rest.Length > UuidLetters
            && Guid.TryParse(rest[..UuidLetters], out _)
            && rest[UuidLetters..] is ".json" or End
                ? new UuidCheckpoint(version)
                : null;
    }

    static bool TryNumber(ReadOnlySpan<char> digits, out long number) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
