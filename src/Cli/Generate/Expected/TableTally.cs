namespace Tapline.Cli.Generate.Expected;

/// <summary>What must come out of one table.</summary>
sealed class TableTally
{
    /// <summary>Rows that stood at the beginning.</summary>
    public long Snapshot { get; set; }

    public long Inserts { get; set; }

    public long Updates { get; set; }

    public long Deletes { get; set; }

    /// <summary>Rows that the database has at the end.</summary>
    public long Rows => Snapshot + Inserts - Deletes;

    /// <summary>Changes that break the contract, by reason.</summary>
    public SortedDictionary<string, long> Quarantined { get; } = new(StringComparer.Ordinal);
}
