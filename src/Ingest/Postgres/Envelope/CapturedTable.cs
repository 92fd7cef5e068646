using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Types;

namespace Tapline.Ingest.Postgres.Envelope;

/// <summary>A table in one version of its schema, with all that its records have in common made ready.</summary>
sealed class CapturedTable
{
    public CapturedTable(string prefix, TableSchema schema, int partitions, RowForm form)
    {
        Schema = schema;
        Partitions = partitions;
        Format = form.Format;
        Topic = TopicNames.Data(prefix, schema.Table);
        Encoders = [.. form.Forms.Select(static column => column.Encoder)];
        FieldNames = Names(form);
        Nulls = [.. form.Columns.Select((column, i) => Null(form.Format, column, form.Forms[i]))];
        Unavailable = Placeholders(form);
        var keys = Enumerable.Range(0, form.Columns.Length).Where(i => form.Columns[i].IsKey);
        KeyColumns = [.. keys.OrderBy(i => form.Columns[i].KeyOrdinal)];
        KeyNames = [.. KeyColumns.Select((column, i) => FieldName(form.Columns[column].Name, i))];
        Inline = form.Format.Schemas ? InlineSchemas.Of(Topic, form) : InlineSchemas.None;
        var version = Encoding.UTF8.GetBytes(schema.Version.ToString(CultureInfo.InvariantCulture));
        SchemaHeader = new EventHeader(TopicNames.SchemaHeader, version);
        Headers = [SchemaHeader];
        SourceFields = SourceNames(schema.Table);
    }

    public TableSchema Schema { get; }

    public string Topic { get; }

    /// <summary>How many partitions the topic has.</summary>
    public int Partitions { get; }

    /// <summary>How records are written.</summary>
    public EnvelopeFormat Format { get; }

    /// <summary>One a column of the relation; null where it is left out.</summary>
    public ImmutableArray<ValueEncoder?> Encoders { get; }

    /// <summary>What stands for a null. It is in no row but an old one of which the log has the key alone, where a
    /// column is declared not to be null: the schema's reader then wants a value.</summary>
    public ImmutableArray<byte[]> Nulls { get; }

    /// <summary>What stands for a value that is unchanged and not in the log.</summary>
    public ImmutableArray<byte[]> Unavailable { get; }

    /// <summary>The schemas that keys and values carry.</summary>
    public InlineSchemas Inline { get; }

    /// <summary><c>"name":</c> a column, with a comma in front of all but the first.</summary>
    public ImmutableArray<byte[]> FieldNames { get; }

    /// <summary>Positions of the key's columns, in key order.</summary>
    public ImmutableArray<int> KeyColumns { get; }

    public ImmutableArray<byte[]> KeyNames { get; }

    public EventHeader SchemaHeader { get; }

    /// <summary>The headers of a record without special ones.</summary>
    public EventHeader[] Headers { get; }

    /// <summary><c>,"schema":"app","table":"accounts"</c>.</summary>
    public byte[] SourceFields { get; }

    public bool HasKey => KeyColumns.Length > 0;

    static ImmutableArray<byte[]> Names(RowForm form)
    {
        var written = 0;
        return
        [
            .. form.Columns.Select((column, i) =>
                form.Forms[i].Encoder is null ? [] : FieldName(column.Name, written++)),
        ];
    }

    static byte[] Null(EnvelopeFormat format, ColumnSchema column, ColumnForm form)
    {
        if (!format.Schemas || column.Nullable || form.Encoder is null)
            return "null"u8.ToArray();
        if (form.Default is { } given)
            return given;
        var buffer = new JsonBuffer();
        form.Encoder.WriteZero(buffer);
        return buffer.Slice(0, buffer.Length).ToArray();
    }

    static ImmutableArray<byte[]> Placeholders(RowForm form)
    {
        var mark = new UnavailableMark(form.Format.Values.UnavailablePlaceholder, form.Format.Schemas);
        return
        [
            .. form.Forms.Select(column =>
            {
                var buffer = new JsonBuffer();
                column.Encoder?.WriteUnavailable(mark, buffer);
                return buffer.Slice(0, buffer.Length).ToArray();
            }),
        ];
    }

    static byte[] FieldName(string name, int index)
    {
        var buffer = new JsonBuffer();
        if (index > 0)
            buffer.Append((byte)',');
        buffer.AppendString(Encoding.UTF8.GetBytes(name));
        buffer.Append((byte)':');
        return buffer.Slice(0, buffer.Length).ToArray();
    }

    static byte[] SourceNames(TableId table)
    {
        var buffer = new JsonBuffer();
        buffer.Append(",\"schema\":"u8);
        buffer.AppendString(Encoding.UTF8.GetBytes(table.Schema));
        buffer.Append(",\"table\":"u8);
        buffer.AppendString(Encoding.UTF8.GetBytes(table.Name));
        return buffer.Slice(0, buffer.Length).ToArray();
    }
}
