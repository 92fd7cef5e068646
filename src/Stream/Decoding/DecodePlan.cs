using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Streaming.Decoding.Values;

namespace Tapline.Streaming.Decoding;

/// <summary>What both decoders work out once from a table version.</summary>
sealed class DecodePlan
{
    /// <summary>The largest key and value together. A broker's default is 1 MiB, the limit only has to stop
    /// nonsense.</summary>
    public const int EventBytesMax = 256 << 20;

    public DecodePlan(TableSchema schema)
    {
        Schema = schema;
        Names = new NameTable(schema.Columns.Select(static column => column.Name));
        var placeholder = new Placeholder(schema.Format);
        Columns =
        [
            .. schema.Columns.Select(column => new ColumnDecoder(
                column,
                column.Format ?? schema.Format,
                column.Format is null ? placeholder : new Placeholder(column.Format))),
        ];
        Flattened = new FlattenedNames(schema.Format);
        AmbiguousNulls =
            [.. Enumerable.Range(0, Columns.Length).Where(ordinal => Columns[ordinal].NullMayBeUnavailable)];
        KeyColumns = [.. schema.KeyColumns.Select(column => schema.Columns.IndexOf(column))];
    }

    public TableSchema Schema { get; }

    /// <summary>The columns' names, numbered as in the schema.</summary>
    public NameTable Names { get; }

    public ImmutableArray<ColumnDecoder> Columns { get; }

    /// <summary>The numbers of the key's columns in key order; empty without a key.</summary>
    public ImmutableArray<int> KeyColumns { get; }

    /// <summary>The columns whose null in an update may be a value that the event does not carry.</summary>
    public ImmutableArray<int> AmbiguousNulls { get; }

    /// <summary>The fields of an event without its envelope.</summary>
    public FlattenedNames Flattened { get; }

    public bool HasKey => KeyColumns.Length > 0;

    /// <summary>Says that a value is not what its column wants, and where.</summary>
    public DecodeResult Rejected(RejectReason reason, JsonField field, int ordinal, string place) =>
        DecodeResult.Rejected(
            reason,
            $"column {Schema.Columns[ordinal].Name} at byte {field.Start} of the {place}: " +
            $"{Columns[ordinal].Form.Wanted()} wanted, found {field.Kind} of {field.Length} bytes");
}
