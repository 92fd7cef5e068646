using System.Text;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;

namespace Tapline.Integration.Tests;

/// <summary>A table of notes and its changes, as a source of ours would write them.</summary>
sealed class NotesSource
{
    long _lsn = 1_000;

    public const string Prefix = "shop";

    public static TableSchema Schema { get; } = new(
        new TableId("app", "notes"),
        1,
        [PostgresTypes.Column("id", "integer", nullable: false, keyOrdinal: 0), PostgresTypes.Column("body", "text")],
        WireFormat.Tapline);

    public static string Topic { get; } = TopicNames.Data(Prefix, Schema.Table);

    /// <summary>A row that was inserted.</summary>
    public EventRecord Insert(int id, string body) => Record(id, $$"""{"id":{{id}},"body":"{{body}}"}""");

    /// <summary>A record with such a row, whatever that is.</summary>
    public EventRecord Record(long id, string after, string? topic = null, char op = 'c')
    {
        _lsn += 10;
        var position = $$""" "snapshot":"false","sequence":"[\"{{_lsn}}\",\"{{_lsn}}\"]","txId":1,"lsn":{{_lsn}} """;
        return Raw(
            topic ?? Topic,
            $$"""{"id":{{id}}}""",
            $$"""{"before":null,"after":{{after}},"source":{"ts_us":5000,{{position}}},"op":"{{op}}","ts_ms":6}""");
    }

    public static EventRecord Raw(string topic, string key, string value) =>
        new(topic, Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value));
}
