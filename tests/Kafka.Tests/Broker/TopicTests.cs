using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Tests.Broker;

public class TopicTests
{
    [Fact]
    public async Task Topics_and_their_settings_survive_a_kill()
    {
        await using var broker = await TestBroker.StartAsync();
        using (var client = await broker.ConnectAsync())
        {
            Assert.Equal(KafkaError.None, await client.CreateTopicAsync("t", 3, ("cleanup.policy", "compact,delete")));
            Assert.Equal(KafkaError.TopicAlreadyExists, await client.CreateTopicAsync("t"));
        }
        await broker.KillAndRestartAsync();
        var topic = broker.Running.Topics.Find("t");
        Assert.NotNull(topic);
        Assert.Equal(3, topic.Partitions.Length);
        Assert.True(topic.Settings.Compacts && topic.Settings.Deletes);
    }

    [Theory]
    [InlineData("retention.ms", "soon")]
    [InlineData("cleanup.policy", "shred")]
    [InlineData("min.cleanable.dirty.ratio", "1.5")]
    [InlineData("no.such.setting", "1")]
    public async Task A_setting_that_makes_no_sense_is_refused(string name, string value)
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        Assert.Equal(KafkaError.InvalidConfig, await client.CreateTopicAsync("t", 1, (name, value)));
        Assert.Null(broker.Running.Topics.Find("t"));
    }

    [Fact]
    public async Task A_deleted_topic_is_empty_when_it_is_created_again()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t", 2);
        await client.ProduceAsync("t", Batches.Of("old"), partition: 1);
        Assert.Equal(KafkaError.None, await client.DeleteTopicAsync("t"));
        Assert.Equal(KafkaError.UnknownTopicOrPartition, await client.DeleteTopicAsync("t"));
        Assert.Equal(KafkaError.UnknownTopicOrPartition, (await client.ProduceAsync("t", Batches.Of("x"))).Error);
        Assert.False(Directory.Exists(Path.Combine(broker.Folder, "t-1")));
        await client.CreateTopicAsync("t", 2);
        Assert.Equal(0, (await client.FetchAsync("t", 0, partition: 1)).HighWatermark);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Metadata_creates_a_topic_only_where_the_options_say_so(bool creates)
    {
        await using var broker = await TestBroker.StartAsync(options =>
            (options.AutoCreateTopics, options.DefaultPartitions) = (creates, 4));
        using var client = await broker.ConnectAsync();
        await client.AskAsync(ApiKey.Metadata, 8, writer =>
        {
            writer.WriteCount(1);
            writer.WriteString("wanted");
            writer.WriteBool(true);
            writer.WriteBool(false);
            writer.WriteBool(false);
        });
        Assert.Equal(creates ? 4 : null, broker.Running.Topics.Find("wanted")?.Partitions.Length);
    }

    [Fact]
    public async Task Altered_settings_are_those_named_and_defaults_for_the_rest()
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        await client.CreateTopicAsync("t", 1, ("retention.ms", "5"), ("segment.bytes", "2048"));
        await client.AskAsync(ApiKey.AlterConfigs, 1, writer =>
        {
            writer.WriteCount(1);
            writer.WriteInt8(2);
            writer.WriteString("t");
            writer.WriteCount(1);
            writer.WriteString("retention.ms");
            writer.WriteString("7");
            writer.WriteBool(false);
        });
        var settings = broker.Running.Topics.Find("t")!.Partitions[0].Settings;
        Assert.Equal((7, broker.Options.SegmentBytes), (settings.RetentionMs, settings.SegmentBytes));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(9)]
    public async Task Versions_are_told_in_the_form_that_was_asked_for(short version)
    {
        await using var broker = await TestBroker.StartAsync();
        using var client = await broker.ConnectAsync();
        var answer = await client.AskAsync(ApiKey.ApiVersions, version, writer =>
        {
            writer.WriteNoTaggedFields();
            writer.WriteCompactString("test");
            writer.WriteCompactString("1");
            writer.WriteNoTaggedFields();
        });
        var reader = new WireReader(answer);
        Assert.Equal(version == 9 ? KafkaError.UnsupportedVersion : KafkaError.None, (KafkaError)reader.ReadInt16());
        var count = version == 3 ? (int)reader.ReadUnsignedVarint() - 1 : reader.ReadInt32();
        Assert.Equal(Enum.GetValues<ApiKey>().Length, count);
    }
}
