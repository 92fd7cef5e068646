using Tapline.Contracts.Schema;

namespace Tapline.Integration.Tests.Replay;

/// <summary>One value, or with an empty column one row, that is not the same in database and lake.</summary>
sealed record Difference(TableId Table, string Key, string Column, string? Database, string? Lake)
{
    /// <summary><c>schema.table</c> or <c>schema.table.column</c>.</summary>
    public string Place => Column.Length == 0 ? Table.ToString() : $"{Table}.{Column}";

    public override string ToString() =>
        $"{Place} of {Key}: {Database ?? "null"} in the database, {Lake ?? "null"} in the lake";
}
