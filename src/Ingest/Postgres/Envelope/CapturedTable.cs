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
    public CapturedTable(string prefix, TableSchema schema, int partitions)
    {
        Schema = schema;
        Partitions = partitions;
        Topic = TopicNames.Data(prefix, schema.Table);
        Encoders = [.. schema.Columns.Select(static column => EncoderCatalog.For(column.SourceType))];
        FieldNames = [.. schema.Columns.Select(static (column, i) => FieldName(column.Name, i))];
        KeyColumns = [.. schema.KeyColumns.Select(column => schema.IndexOf(column.Name))];
        KeyNames = [.. schema.KeyColumns.Select(static (column, i) => FieldName(column.Name, i))];
        var version = Encoding.UTF8.GetBytes(schema.Version.ToString(CultureInfo.InvariantCulture));
        SchemaHeader = new EventHeader(TopicNames.SchemaHeader, version);
        Headers = [SchemaHeader];
        SourceFields = SourceNames(schema.Table);
    }

    public TableSchema Schema { get; }

    public string Topic { get; }

    /// <summary>How many partitions the topic has.</summary>
    public int Partitions { get; }

    /// <summary>One a column.</summary>
    public ImmutableArray<ValueEncoder> Encoders { get; }

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
