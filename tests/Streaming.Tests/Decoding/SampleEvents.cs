using Tapline.Contracts.Schema;

namespace Tapline.Streaming.Tests.Decoding;

/// <summary>Events of about 700 bytes with twelve columns, as our own source writes them.</summary>
static class SampleEvents
{
    public static readonly TableSchema Schema = Events.Schema(
        WireFormat.Tapline,
        ("id", "bigint"), ("account_id", "integer"), ("serial_no", "text"), ("model", "text"), ("firmware", "text"),
        ("last_ip", "inet"), ("last_seen", "timestamp with time zone"), ("temperature", "double precision"),
        ("price", "numeric(12,2)"), ("active", "boolean"), ("installed", "date"), ("note", "text"));

    public static (byte[] Key, byte[] Value) Of(int id, string op, bool plainText = false)
    {
        var after = op == "d" ? "null" : "{" + string.Join(',', Fields(id, plainText)) + "}";
        return (Events.Bytes($"{{\"id\":{id}}}"), Events.Bytes(Events.Value(op, after)));
    }

    static string[] Fields(int id, bool plainText) =>
    [
        Field("id", $"{id}"),
        Field("account_id", $"{id % 977}"),
        Field("serial_no", $"\"SN-{id:D8}\""),
        Field("model", $"\"TL-{id % 40}\""),
        Field("firmware", $"\"4.{id % 9}.1\""),
        Field("last_ip", $"\"10.{id % 250}.0.1\""),
        Field("last_seen", $"\"2026-05-04T10:20:{id % 60:D2}.{id % 1_000_000:D6}Z\""),
        Field("temperature", $"{id % 400 / 10.0 + 0.05:R}"),
        Field("price", $"\"{id % 1000}.{id % 100:D2}\""),
        Field("active", id % 3 > 0 ? "true" : "false"),
        Field("installed", $"\"2025-11-{id % 28 + 1:D2}Z\""),
        Field("note", plainText ? "\"calibrated on site\"" : $"\"on site, line \\\"{id % 12}\\\"\""),
    ];

    static string Field(string name, string json) => $"\"{name}\":{json}";
}
