using System.Collections.Immutable;

namespace Tapline.Lakehouse.DuckDb;

/// <summary>How a database is opened. Extensions are never fetched or loaded by themselves, and times show in
/// UTC.</summary>
public sealed record DuckDbOptions
{
    /// <summary>Threads for queries; null for one a processor.</summary>
    public int? Threads { get; init; }

    /// <summary>Memory for queries and tables, in bytes; null for DuckDB's own default (80 % of the machine).</summary>
    public long? MemoryBytesMax { get; init; }

    /// <summary>Where queries that outgrow the memory put intermediate results; null for none: they fail
    /// instead.</summary>
    public string? TemporaryDirectory { get; init; }

    /// <summary>Whether parts of files that were read stay in memory, as far as <see cref="MemoryBytesMax"/> reaches:
    /// for those who ask the same files again.</summary>
    public bool CachesFiles { get; init; }

    /// <summary>Whether SQL may read and write files and attach databases.</summary>
    public bool ExternalAccess { get; init; } = true;

    /// <summary>Directories that SQL may use although <see cref="ExternalAccess"/> is false.</summary>
    public ImmutableArray<string> AllowedDirectories { get; init; } = [];

    /// <summary>Whether the file is opened for reading only.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Whether settings of the database stay as they are from the start on.</summary>
    public bool LocksSettings { get; init; }

    internal IEnumerable<(string Name, string Value)> Settings()
    {
        yield return ("autoinstall_known_extensions", "false");
        yield return ("autoload_known_extensions", "false");
        yield return ("temp_directory", TemporaryDirectory ?? "");
        if (!CachesFiles)
            yield return ("enable_external_file_cache", "false");
        if (Threads is { } threads)
            yield return ("threads", $"{threads}");
        if (MemoryBytesMax is { } bytes)
            yield return ("memory_limit", $"{bytes}B");
        if (ReadOnly)
            yield return ("access_mode", "READ_ONLY");
    }

    /// <summary>What is set by SQL once the database is open, in this order: the door is closed last.</summary>
    internal string Statements()
    {
        var statements = "SET GLOBAL TimeZone = 'UTC';";
        if (!AllowedDirectories.IsEmpty)
        {
            var directories = string.Join(", ", AllowedDirectories.Select(SqlText.Literal));
            statements += $"SET GLOBAL allowed_directories = [{directories}];";
        }
        if (!ExternalAccess)
            statements += "SET GLOBAL enable_external_access = false;";
        return LocksSettings ? statements + "SET GLOBAL lock_configuration = true;" : statements;
    }
}
