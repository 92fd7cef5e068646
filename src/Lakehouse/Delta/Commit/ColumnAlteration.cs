namespace Tapline.Lakehouse.Delta.Commit;

/// <summary>A change of a table's columns that leaves all files as they are. Only tables with column mapping take
/// one.</summary>
public abstract record ColumnAlteration
{
    ColumnAlteration()
    {
    }

    /// <summary>A column gets another name.</summary>
    public sealed record Rename(string From, string To) : ColumnAlteration;

    /// <summary>A column goes. One that gets its name later is another column, without its values.</summary>
    public sealed record Drop(string Name) : ColumnAlteration;
}
