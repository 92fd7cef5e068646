using System.Text;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Tests.Decoding;

/// <summary>Change events written by hand.</summary>
static class Events
{
    public const string Placeholder = "__debezium_unavailable_value";

    public static readonly TableId Table = new("app", "accounts");

    public static TableSchema Schema(WireFormat format, params (string Name, string Type)[] columns) => new(
        Table, 1,
        [.. columns.Select(static (column, i) => PostgresTypes.Column(
            column.Name, column.Type, nullable: i > 0, keyOrdinal: i == 0 ? 0 : -1))],
        format);

    public static TableSchema KeylessSchema(params (string Name, string Type)[] columns) => new(
        Table, 1, [.. columns.Select(static column => PostgresTypes.Column(column.Name, column.Type))],
        WireFormat.Tapline);

    public static string Source(string sequence = "\"[\\\"120\\\",\\\"136\\\"]\"", string snapshot = "\"false\"") =>
        """{"version":"1","connector":"postgresql","name":"p","ts_ms":1777890030123,"snapshot":""" + snapshot +
        ""","db":"app","sequence":""" + sequence +
        ""","ts_us":1777890030123456,"schema":"app","table":"accounts","txId":901,"lsn":5120,"xmin":null}""";

    public static string Value(string op, string after, string before = "null", string? source = null) =>
        "{\"before\":" + before + ",\"after\":" + after + ",\"source\":" + (source ?? Source()) +
        ",\"transaction\":null,\"op\":\"" + op + "\",\"ts_ms\":1777890030140,\"ts_us\":1777890030140201}";

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
