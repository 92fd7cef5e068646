using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Catalog;
using Tapline.Ingest.Postgres.Types;

namespace Tapline.Ingest.Postgres.Envelope;

/// <summary>How a table's rows are written in one format: one entry a column of the relation, without an encoder where
/// the column is left out.</summary>
sealed record RowForm(EnvelopeFormat Format, ImmutableArray<ColumnSchema> Columns, ImmutableArray<ColumnForm> Forms)
{
    /// <summary>The columns that records have.</summary>
    public ImmutableArray<ColumnSchema> Written =>
        [.. Columns.Where((_, i) => Forms[i].Encoder is not null)];

    /// <summary>Chooses encoders and defaults.</summary>
    public static RowForm Of(TableDescription table, EnvelopeFormat format)
    {
        var catalog = new EncoderCatalog(format);
        // A key's column is always written: a row without it has no identity.
        var keyCatalog = new EncoderCatalog(format with { UnknownTypes = true });
        return new RowForm(
            format,
            table.Columns,
            [
                .. table.Columns.Select((column, i) =>
                {
                    var encoder = (column.IsKey ? keyCatalog : catalog).For(column.SourceType, table.Traits[i]);
                    return new ColumnForm(encoder, encoder is null || !format.Schemas
                        ? null
                        : ColumnDefault.Json(column, table.Traits[i].DefaultExpression, encoder));
                }),
            ]);
    }

    /// <summary>As the other, for columns of ordinary types.</summary>
    public static RowForm Of(TableSchema schema, EnvelopeFormat format) => Of(
        new TableDescription(schema.Columns, [.. schema.Columns.Select(static _ => TypeTraits.Base)]), format);
}

/// <summary>How one column is written.</summary>
/// <param name="Encoder">Its encoder; null where it is left out.</param>
/// <param name="Default">The JSON of its default in an inline schema; null for none.</param>
readonly record struct ColumnForm(ValueEncoder? Encoder, byte[]? Default);
