using Tapline.Contracts;

namespace Tapline.Cli.Generate.Rows;

/// <summary>One row changes.</summary>
/// <param name="Kind">How.</param>
/// <param name="Before">As it was; null for an insert.</param>
/// <param name="After">As it is; null for a delete.</param>
readonly record struct RowChange(ChangeKind Kind, BarRow? Before, BarRow? After)
{
    /// <summary>Whether the database does it by itself, because of another one.</summary>
    public bool IsCascade { get; init; }

    /// <summary>The newest that is known of the row.</summary>
    public BarRow Row => After ?? Before!;

    public static RowChange Insert(BarRow row) => new(ChangeKind.Create, null, row);

    public static RowChange Update(BarRow before, BarRow after) => new(ChangeKind.Update, before, after);

    public static RowChange Delete(BarRow row) => new(ChangeKind.Delete, row, null);
}
