namespace Tapline.Contracts.Schema;

/// <summary>The name of a source table: its database schema and its own name, both as the database spells
/// them.</summary>
public readonly record struct TableId(string Schema, string Name) : IComparable<TableId>
{
    /// <summary>By schema, then name, in ordinal order.</summary>
    public int CompareTo(TableId other)
    {
        var bySchema = string.CompareOrdinal(Schema, other.Schema);
        return bySchema != 0 ? bySchema : string.CompareOrdinal(Name, other.Name);
    }

    /// <summary><c>schema.name</c>, as shown to people and used for lake folders.</summary>
    public override string ToString() => $"{Schema}.{Name}";

    /// <summary>Splits <c>schema.name</c> at the first dot.</summary>
    public static TableId Parse(string text)
    {
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && dot < text.Length - 1
            ? new TableId(text[..dot], text[(dot + 1)..])
            : throw new FormatException($"a table is named schema.table, found \"{text}\"");
    }
}
