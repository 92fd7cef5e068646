namespace Tapline.Contracts;

/// <summary>What happened to a row, by Debezium's <c>op</c> letters.</summary>
public enum ChangeKind : byte
{
    /// <summary>Inserted.</summary>
    Create = (byte)'c',
    /// <summary>Updated.</summary>
    Update = (byte)'u',
    /// <summary>Deleted.</summary>
    Delete = (byte)'d',
    /// <summary>Read by a snapshot.</summary>
    Read = (byte)'r',
    /// <summary>All rows of the table removed.</summary>
    Truncate = (byte)'t',
}
