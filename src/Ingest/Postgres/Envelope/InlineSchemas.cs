using System.Text;

namespace Tapline.Ingest.Postgres.Envelope;

/// <summary>What surrounds the keys and values of one version of a table where they carry their schemas; empty where
/// they do not.</summary>
sealed class InlineSchemas
{
    /// <summary>For records without schemas.</summary>
    public static InlineSchemas None { get; } = new();

    InlineSchemas()
    {
    }

    /// <summary>Up to the key's payload.</summary>
    public byte[] KeyPrefix { get; private init; } = [];

    /// <summary>Up to the envelope.</summary>
    public byte[] ValuePrefix { get; private init; } = [];

    /// <summary>After the payload.</summary>
    public byte[] Suffix { get; private init; } = [];

    /// <summary>The schemas of a table: its topic's name is the start of theirs.</summary>
    public static InlineSchemas Of(string topic, RowForm form) => new()
    {
        KeyPrefix = Key(topic, form),
        ValuePrefix = Value(topic, form),
        Suffix = [(byte)'}'],
    };

    static byte[] Key(string topic, RowForm form)
    {
        var output = new JsonBuffer();
        output.Append("{\"schema\":{\"type\":\"struct\",\"fields\":["u8);
        var columns = Enumerable.Range(0, form.Columns.Length)
            .Where(i => form.Columns[i].IsKey)
            .OrderBy(i => form.Columns[i].KeyOrdinal);
        AppendFields(form, columns, output);
        output.Append("],\"optional\":false,\"name\":"u8);
        AppendText($"{topic}.Key", output);
        output.Append("},\"payload\":"u8);
        return output.Slice(0, output.Length).ToArray();
    }

    static byte[] Value(string topic, RowForm form)
    {
        var output = new JsonBuffer();
        output.Append("{\"schema\":{\"type\":\"struct\",\"fields\":["u8);
        AppendRow(topic, form, "before"u8, output);
        output.Append((byte)',');
        AppendRow(topic, form, "after"u8, output);
        output.Append((byte)',');
        output.Append(Source);
        output.Append((byte)',');
        output.Append(Rest);
        output.Append("],\"optional\":false,\"name\":"u8);
        AppendText($"{topic}.Envelope", output);
        output.Append(",\"version\":2},\"payload\":"u8);
        return output.Slice(0, output.Length).ToArray();
    }

    static void AppendRow(string topic, RowForm form, ReadOnlySpan<byte> field, JsonBuffer output)
    {
        output.Append("{\"type\":\"struct\",\"fields\":["u8);
        AppendFields(form, Enumerable.Range(0, form.Columns.Length), output);
        output.Append("],\"optional\":true,\"name\":"u8);
        AppendText($"{topic}.Value", output);
        output.Append(",\"field\":"u8);
        output.AppendString(field);
        output.Append((byte)'}');
    }

    static void AppendFields(RowForm form, IEnumerable<int> columns, JsonBuffer output)
    {
        var isFirst = true;
        foreach (var i in columns)
        {
            if (form.Forms[i] is not { Encoder: { } encoder } column)
                continue;
            if (!isFirst)
                output.Append((byte)',');
            isFirst = false;
            encoder.Type.Append(output, form.Columns[i].Nullable, column.Default, form.Columns[i].Name);
        }
    }

    static void AppendText(string text, JsonBuffer output) => output.AppendString(Encoding.UTF8.GetBytes(text));

    static ReadOnlySpan<byte> Source =>
        """{"type":"struct","fields":[{"type":"string","optional":false,"field":"version"},"""u8 +
        """{"type":"string","optional":false,"field":"connector"},"""u8 +
        """{"type":"string","optional":false,"field":"name"},"""u8 +
        """{"type":"int64","optional":false,"field":"ts_ms"},{"type":"string","optional":true"""u8 +
        ""","name":"io.debezium.data.Enum","version":1,"parameters":{"""u8 +
        """
        "allowed":"true,first,first_in_data_collection,
        """u8 +
        """last_in_data_collection,last,false,incremental"},"default":"false","field":"snapshot"},"""u8 +
        """{"type":"string","optional":false,"field":"db"},{"type":"string","optional":true,"field":"sequence"},"""u8 +
        """{"type":"int64","optional":true,"field":"ts_us"},{"type":"int64","optional":true,"field":"ts_ns"},"""u8 +
        """{"type":"string","optional":false,"field":"schema"},"""u8 +
        """{"type":"string","optional":false,"field":"table"},"""u8 +
        """{"type":"int64","optional":true,"field":"txId"},{"type":"int64","optional":true,"field":"lsn"},"""u8 +
        """{"type":"int64","optional":true,"field":"xmin"},{"type":"string","optional":true,"field":"origin"},"""u8 +
        """{"type":"int64","optional":true,"field":"origin_lsn"}],"optional":false"""u8 +
        ""","name":"io.debezium.connector.postgresql.Source","version":1,"field":"source"}"""u8;

    static ReadOnlySpan<byte> Rest =>
        """{"type":"struct","fields":[{"type":"string","optional":false,"field":"id"},"""u8 +
        """{"type":"int64","optional":false,"field":"total_order"},"""u8 +
        """{"type":"int64","optional":false,"field":"data_collection_order"}],"optional":true"""u8 +
        ""","name":"event.block","version":1,"field":"transaction"},"""u8 +
        """{"type":"string","optional":false,"field":"op"},{"type":"int64","optional":true,"field":"ts_ms"},"""u8 +
        """{"type":"int64","optional":true,"field":"ts_us"},{"type":"int64","optional":true,"field":"ts_ns"}"""u8;
}
