using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tapline.Contracts.Schema;

namespace Tapline.Cli.Topics;

/// <summary>Writes a <c>sources.yaml</c> to start from.</summary>
static class SourcesText
{
    const int NameColumnsMax = 44;

    static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A file that declares what was seen; comments mark what is guessed and what the topics cannot
    /// tell.</summary>
    public static string Of(IReadOnlyList<TopicShape> topics)
    {
        var text = new StringBuilder();
        text.Append("# A start, written by ./tapline discover from samples. \"guess\" marks what nobody said:\n");
        text.Append("# compare it with the database. docs/sources.md says what else can stand here.\n");
        text.Append("format: { decimal: precise, time: adaptive, binary: bytes, interval: numeric }");
        text.Append("  # guess: Debezium's defaults; the connector's settings say\n");
        if (!topics.Any(static topic => !topic.Columns.IsEmpty))
            return text.Append("tables: {}\n").ToString();
        text.Append("tables:\n");
        foreach (var topic in topics.Where(static topic => !topic.Columns.IsEmpty))
            Append(text, topic);
        return text.ToString();
    }

    /// <summary>What a form is called.</summary>
    public static string Words(TopicForm form) => form switch
    {
        TopicForm.Empty => "no rows yet",
        TopicForm.Tapline => "written by Tapline, which announces its columns",
        TopicForm.Envelope => "enveloped, without schemas",
        TopicForm.EnvelopeWithSchema => "enveloped, with schemas",
        TopicForm.Flattened => "flattened, without schemas",
        _ => "flattened, with schemas",
    };

    static void Append(StringBuilder text, TopicShape topic)
    {
        text.Append(CultureInfo.InvariantCulture, $"  # topic {topic.Topic}: {topic.Records} records, ");
        text.Append(CultureInfo.InvariantCulture, $"{Words(topic.Form)}\n");
        if (topic.Form is TopicForm.Tapline or TopicForm.EnvelopeWithSchema or TopicForm.FlattenedWithSchema)
        {
            text.Append("  # It says its columns itself: declare only what its rows must keep.\n");
            text.Append(CultureInfo.InvariantCulture, $"  {Quote(topic.Table.ToString())}: {{}}\n");
            return;
        }
        text.Append(CultureInfo.InvariantCulture, $"  {Quote(topic.Table.ToString())}:\n");
        if (topic.Form == TopicForm.Flattened)
            text.Append("    format: { envelope: flattened }\n");
        if (topic.Key.IsEmpty)
            text.Append("    # The records have no key: updates and deletes name no row.\n");
        else
            text.Append(CultureInfo.InvariantCulture, $"    key: [{string.Join(", ", topic.Key.Select(Quote))}]\n");
        text.Append("    columns:\n");
        foreach (var column in topic.Columns)
        {
            var line = $"      {Quote(column.Name)}: {Type(column)}";
            var doubt = column.Doubt is { } said ? $"guess: {said}" : "guess";
            text.Append(CultureInfo.InvariantCulture, $"{line.PadRight(NameColumnsMax)}  # {doubt}\n");
        }
    }

    // What the file's reader takes: a guess that PostgreSQL has no name for would be no start.
    static string Type(ColumnShape column) => PostgresTypeNames.Canonical(column.Type) is null ? "text" : column.Type;

    static string Quote(string text) => JsonValue.Create(text).ToJsonString(Readable);
}
