namespace Tapline.Lakehouse.Delta.Log;

/// <summary>The keys of a table's files.</summary>
/// <param name="Table">The table's folder as a key without a closing slash; empty for the store's root.</param>
readonly record struct LogFolder(string Table)
{
    /// <summary>The folder of checkpoints' further files, below the table's.</summary>
    public const string Sidecars = "_delta_log/_sidecars/";

    /// <summary>What the keys of the log start with.</summary>
    public string Prefix => KeyOf("_delta_log/");

    /// <summary>The key of the hint at the newest checkpoint.</summary>
    public string LastCheckpoint => KeyOf("_delta_log/_last_checkpoint");

    /// <summary>The key of a commit.</summary>
    public string Commit(long version) => KeyOf($"_delta_log/{version:D20}.json");

    /// <summary>The key of a checkpoint in one file.</summary>
    public string Checkpoint(long version) => KeyOf($"_delta_log/{version:D20}.checkpoint.parquet");

    /// <summary>The key of a checkpoint of the second kind, of which a version may have several.</summary>
    public string Checkpoint(long version, Guid id) => KeyOf($"_delta_log/{version:D20}.checkpoint.{id:D}.parquet");

    /// <summary>The key of a version's checksum.</summary>
    public string Checksum(long version) => KeyOf($"_delta_log/{version:D20}.crc");

    /// <summary>The key of a checkpoint's sidecar.</summary>
    public string Sidecar(string name) => KeyOf(Sidecars + name);

    /// <summary>A key that stands before every file of a version, and after those of earlier ones.</summary>
    public string Before(long version) => KeyOf($"_delta_log/{version:D20}");

    /// <summary>The key of a file named relative to the table.</summary>
    public string KeyOf(string location) => Table.Length == 0 ? location : $"{Table}/{location}";
}
