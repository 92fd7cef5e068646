using System.Security.Cryptography;
using Tapline.Contracts;
using Tapline.Contracts.Log;

namespace Tapline.Integration.Tests.BadInput;

/// <summary>Records that nobody can use, between good ones: each is in quarantine with its reason, and nothing else
/// suffers.</summary>
public sealed class QuarantineTests
{
    const int Large = 2 << 20;

    [Fact]
    public async Task Each_bad_record_is_in_quarantine_whole_and_the_good_ones_go_on()
    {
        var source = new NotesSource();
        var stranger = $"{NotesSource.Prefix}.app.stranger";
        await using var pipeline = await TestPipeline.StartAsync(NotesSource.Prefix);
        await pipeline.AnnounceAsync(NotesSource.Schema);
        await pipeline.Log.EnsureTopicsAsync([new TopicSpec(stranger, 1)], TestPipeline.Ct);
        await pipeline.SendAsync(
            source.Insert(1, "before"),
            NotesSource.Raw(NotesSource.Topic, """{"id":2}""", """{"op":"c","""),
            NotesSource.Raw(NotesSource.Topic, """{"id":3}""", "not even JSON"),
            source.Record(4, """{"id":"four","body":"x"}"""),
            source.Record(99_999_999_999, """{"id":99999999999,"body":"x"}"""),
            source.Record(6, """{"id":6,"body":"x","surprise":1}"""),
            source.Record(7, """{"id":7}""", stranger),
            source.Insert(8, "after"));
        var status = await pipeline.CatchUpAsync();

        Assert.Equal(
            [["1", "before"], ["8", "after"]],
            await pipeline.QueryAsync("SELECT * FROM app.notes ORDER BY id"));
        Assert.Equal(
            [
                ["malformed_json", """{"id":2}"""], ["malformed_json", """{"id":3}"""],
                ["wrong_type", """{"id":4}"""], ["unknown_column", """{"id":6}"""],
                ["unknown_table", """{"id":7}"""], ["value_out_of_range", """{"id":99999999999}"""],
            ],
            await pipeline.QueryAsync("SELECT reason, decode(key) FROM quarantine ORDER BY key"));
        Assert.Equal(
            [["not even JSON"]],
            await pipeline.QueryAsync("""SELECT decode(value) FROM quarantine WHERE decode(key) = '{"id":3}'"""));
        Assert.Equal(6, status.Quarantined);
        Assert.Null(status.LastFailure);
        var topic = await pipeline.Log.OffsetsAsync(
            new TopicPartition(TopicNames.Quarantine(NotesSource.Prefix), 0), TestPipeline.Ct);
        Assert.Equal(6, topic.End);
    }

    [Fact]
    public async Task A_record_that_is_too_large_for_the_worker_is_in_quarantine_and_the_worker_goes_on()
    {
        var source = new NotesSource();
        await using var pipeline = await TestPipeline.StartAsync(NotesSource.Prefix);
        pipeline.Options = pipeline.Options with { MessageBytesMax = 1 << 20 };
        var settings = new Dictionary<string, string> { ["max.message.bytes"] = $"{2 * Large}" };
        await pipeline.Log.EnsureTopicsAsync([new TopicSpec(NotesSource.Topic, 1, settings)], TestPipeline.Ct);
        await pipeline.AnnounceAsync(NotesSource.Schema);
        await pipeline.SendAsync(
            source.Insert(1, "before"), source.Insert(2, Noise(Large)), source.Insert(3, "after"));
        var status = await pipeline.CatchUpAsync();

        Assert.Equal([["1"], ["3"]], await pipeline.QueryAsync("SELECT id FROM app.notes ORDER BY id"));
        var row = Assert.Single(await pipeline.QueryAsync("SELECT reason, octet_length(value) FROM quarantine"));
        Assert.Equal("too_large", row[0]);
        Assert.InRange(int.Parse(row[1]!), Large, Large + 1000);
        Assert.Null(status.LastFailure);
        var topic = await pipeline.Log.OffsetsAsync(
            new TopicPartition(TopicNames.Quarantine(NotesSource.Prefix), 0), TestPipeline.Ct);
        Assert.Equal(1, topic.End);
    }

    [Fact]
    public async Task A_record_that_is_too_large_for_its_topic_is_refused_in_words_and_the_log_goes_on()
    {
        var source = new NotesSource();
        await using var pipeline = await TestPipeline.StartAsync(NotesSource.Prefix);
        await pipeline.AnnounceAsync(NotesSource.Schema);
        await using (var producer = pipeline.Log.OpenProducer("large"))
        {
            await producer.AppendAsync(source.Insert(1, Noise(Large)), TestPipeline.Ct);
            var refusal = await Assert.ThrowsAsync<TaplineException>(() => producer.FlushAsync(TestPipeline.Ct));
            Assert.Contains(NotesSource.Topic, refusal.Message, StringComparison.Ordinal);
            Assert.Contains("max.message.bytes", refusal.Hint, StringComparison.Ordinal);
        }
        await pipeline.SendAsync(source.Insert(2, "small"));
        await pipeline.CatchUpAsync();
        Assert.Equal([["2"]], await pipeline.QueryAsync("SELECT id FROM app.notes"));
    }

    // Little smaller when compressed: a topic's limit is on what arrives.
    static string Noise(int length) => Convert.ToBase64String(RandomNumberGenerator.GetBytes(length * 3 / 4));
}
