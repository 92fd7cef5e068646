namespace Tapline.Cli.Generate.Rows;

/// <summary>One row of the bar business as it is at one time.</summary>
abstract record BarRow(BarTable Table)
{
    /// <summary>Writes the columns in the table's order.</summary>
    public abstract void Write(RowWriter row);
}
