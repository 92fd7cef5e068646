using System.Text;
using System.Text.Json;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Ingest.Mqtt.Bridge;
using Tapline.Ingest.Mqtt.Packets;

namespace Tapline.Ingest.Tests.Mqtt.Bridge;

public sealed class MessageMapperTests
{
    static readonly DateTimeOffset Received = new(2025, 3, 8, 2, 14, 7, 410, TimeSpan.Zero);

    readonly MessageMapper _mapper = new(TapRoutes.Options);

    [Fact]
    public void A_payload_becomes_a_record_with_what_its_topic_says()
    {
        var record = Map("pour", """{"seq":4711,"ts":"2025-03-08T02:14:07.120Z","volume_ml":481}""", out var reason);
        Assert.Null(reason);
        Assert.Equal("bar.iot.pour", record.Topic);
        Assert.Equal("d1", Text(record.Key));
        Assert.Equal(Murmur2.Partition("a1"u8, 4), record.Partition);
        Assert.Equal(Received.ToUnixTimeMilliseconds(), record.TimestampMs);
        Assert.Equal(
            """{"seq":4711,"ts":"2025-03-08T02:14:07.120Z","volume_ml":481,"account_id":"a1","location_id":"l1","""
            + "\"device_id\":\"d1\",\"received_at\":\"2025-03-08T02:14:07.410Z\"}",
            Text(record.Value));
        Assert.Equal(
            ["mqtt_topic=bar/v1/a1/l1/d1/pour", "mqtt_qos=1", "mqtt_retain=0", "mqtt_dup=0", "bridge_id=b1"],
            record.Headers!.Select(static header => $"{header.Name}={Text(header.Value)}"));
    }

    [Theory]
    [InlineData(" {} ", "")]
    [InlineData("""{"device_id":"forged","n":{"device_id":1}}""", """ "n":{"device_id":1}, """)]
    [InlineData("""{"device_id":"forged"}""", "")]
    public void What_the_topic_says_holds(string payload, string kept) =>
        Assert.Equal(
            $"{{{kept.Trim()}\"account_id\":\"a1\",\"location_id\":\"l1\",\"device_id\":\"d1\","
            + "\"received_at\":\"2025-03-08T02:14:07.410Z\"}",
            Text(Map("pour", payload, out _).Value));

    // Else a log's retention would remove what a device has kept for long, or dates by a clock that is behind.
    [Theory]
    [InlineData("""{"ts":null}""")]
    [InlineData("""{"ts":"yesterday"}""")]
    [InlineData("""{"ts":"1970-01-01T00:00:01Z"}""")]
    [InlineData("""{"n":{"ts":"2025-01-01T00:00:00Z"}}""")]
    public void A_record_has_the_time_of_its_receipt_whatever_the_device_says(string payload) =>
        Assert.Equal(Received.ToUnixTimeMilliseconds(), Map("hb", payload, out _).TimestampMs);

    [Theory]
    [InlineData("pour", "not json", DeadLetterReason.NotJson)]
    [InlineData("pour", "{\"a\":1", DeadLetterReason.NotJson)]
    [InlineData("pour", "{\"a\":1}x", DeadLetterReason.NotJson)]
    [InlineData("pour", "{\"a\":\"\u00ff\"}", DeadLetterReason.NotJson, true)]
    [InlineData("pour", "[1]", DeadLetterReason.NotAnObject)]
    [InlineData("pour", " ", DeadLetterReason.NotJson)]
    [InlineData("unheard", "{}", DeadLetterReason.UnknownStream)]
    public void What_is_of_no_use_goes_to_the_dead_letters_as_it_came(
        string stream, string payload, string wanted, bool isLatin = false)
    {
        var bytes = (isLatin ? Encoding.Latin1 : Encoding.UTF8).GetBytes(payload);
        var record = _mapper.Map(Message(TapRoutes.Topic(stream), bytes), out var reason)!.Value;
        Assert.Equal(wanted, reason);
        Assert.Equal("bar.dlq.mqtt", record.Topic);
        Assert.Equal(bytes, record.Value!.Value.ToArray());
        Assert.Contains(record.Headers!, header => header.Name == "reason" && Text(header.Value) == wanted);
    }

    [Fact]
    public void A_payload_over_the_limit_is_cut_off_and_says_how_long_it_was()
    {
        var record = Map("pour", $$"""{"a":"{{new string('x', 5000)}}"}""", out var reason);
        Assert.Equal(DeadLetterReason.TooLarge, reason);
        Assert.Equal(4096, record.Value!.Value.Length);
        Assert.Contains(
            record.Headers!, static header => header.Name == "payload_bytes" && Text(header.Value) == "5008");
    }

    [Fact]
    public void A_topic_of_no_route_goes_to_the_dead_letters()
    {
        var record = _mapper.Map(Message("other/topic", "{}"u8.ToArray()), out var reason)!.Value;
        Assert.Equal(DeadLetterReason.UnknownTopic, reason);
        Assert.Equal("other/topic", Text(record.Key));
    }

    [Fact]
    public void An_empty_payload_is_no_record() =>
        Assert.Null(_mapper.Map(Message(TapRoutes.Topic("status"), []), out _));

    [Theory]
    [InlineData("bar/{device_id}", "has no {stream}")]
    [InlineData("bar/{stream}", "has no {device_id}")]
    [InlineData("bar/{device_id}/{device_id}/{stream}", "twice")]
    [InlineData("bar/+/{device_id}/{stream}", "neither a text nor one name")]
    [InlineData("bar/x{device_id}/{stream}", "neither a text nor one name")]
    public void A_route_that_cannot_work_is_refused(string pattern, string wanted)
    {
        var refusal = Assert.Throws<TaplineException>(
            () => new MqttRoute(pattern, new Dictionary<string, string> { ["s"] = "s" }, "device_id", null));
        Assert.Contains(wanted, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_routes_filters_bring_its_streams() =>
        Assert.Equal(
            ["bar/v1/+/+/+/alert", "bar/v1/+/+/+/hb", "bar/v1/+/+/+/pour", "bar/v1/+/+/+/status"],
            TapRoutes.Bar.Filters.Order(StringComparer.Ordinal));

    EventRecord Map(string stream, string payload, out string? reason)
    {
        var record = _mapper.Map(Message(TapRoutes.Topic(stream), Encoding.UTF8.GetBytes(payload)), out reason)!.Value;
        if (reason is null)
            JsonDocument.Parse(record.Value!.Value).Dispose();
        return record;
    }

    static DeviceMessage Message(string topic, byte[] payload) =>
        new(new MqttMessage(topic, payload, QualityOfService.AtLeastOnce, IsRetained: false), 1, IsDuplicate: false,
            Received, new Nobody());

    static string Text(ReadOnlyMemory<byte>? bytes) => Encoding.UTF8.GetString(bytes!.Value.Span);

    sealed class Nobody : IMessageOrigin
    {
        public void Acknowledged(DeviceMessage message)
        {
        }
    }
}
