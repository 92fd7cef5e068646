namespace Tapline.Streaming.Tables;

/// <summary>Is told each change of a table's current rows, while it is made.</summary>
interface IRowObserver
{
    /// <summary>A slot has another row now.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="before">The packed row that it had; empty for none. Valid until the method returns.</param>
    /// <param name="after">The packed row that it has; empty for none. Valid until the method returns.</param>
    void Replaced(int slot, ReadOnlySpan<byte> before, ReadOnlySpan<byte> after);

    /// <summary>All rows are in other columns now; slots and keys are the same.</summary>
    void Migrated();

    /// <summary>All rows are gone; those to come are in another state.</summary>
    void Cleared(TableState state);
}
