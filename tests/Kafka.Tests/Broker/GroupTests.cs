using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Tests.Broker;

public class GroupTests
{
    [Fact]
    public async Task A_new_member_is_given_an_id_first_and_then_leads()
    {
        await using var broker = await TestBroker.StartAsync();
        using var member = await WireMember.ConnectAsync(broker, "g");
        Assert.Equal(KafkaError.MemberIdRequired, await member.JoinOnceAsync());
        Assert.NotEqual("", member.Id);
        Assert.Equal(KafkaError.None, await member.JoinOnceAsync());
        Assert.True(member.IsLeader);
        Assert.Equal([member.Id], member.Members);
        Assert.Equal((KafkaError.None, $"for {member.Id}"), await member.SyncAsync());
        Assert.Equal("Stable", await member.StateAsync());
    }

    [Fact]
    public async Task A_second_member_makes_the_first_join_again_and_each_gets_its_share()
    {
        await using var broker = await TestBroker.StartAsync();
        using var first = await WireMember.ConnectAsync(broker, "g");
        await first.JoinAsync();
        await first.SyncAsync();
        using var second = await WireMember.ConnectAsync(broker, "g");
        var joining = second.JoinAsync();
        await UntilAsync(async () => await first.HeartbeatAsync() == KafkaError.RebalanceInProgress);
        Assert.False(joining.IsCompleted);
        Assert.Equal(KafkaError.None, await first.JoinAsync());
        Assert.Equal(KafkaError.None, await joining);
        Assert.Equal((2, 2), (first.Generation, second.Generation));
        Assert.True(first.IsLeader && !second.IsLeader);
        Assert.Equal(2, first.Members.Count);
        Assert.Empty(second.Members);

        var waiting = second.SyncAsync();
        Assert.Equal((KafkaError.None, $"for {first.Id}"), await first.SyncAsync());
        Assert.Equal((KafkaError.None, $"for {second.Id}"), await waiting);
    }

    [Fact]
    public async Task Who_speaks_for_another_generation_is_refused()
    {
        await using var broker = await TestBroker.StartAsync();
        using var member = await WireMember.ConnectAsync(broker, "g");
        await member.CreateTopicAsync("t");
        await member.JoinAsync();
        await member.SyncAsync();
        Assert.Equal(KafkaError.IllegalGeneration, await member.HeartbeatAsync(member.Generation - 1));
        Assert.Equal(KafkaError.IllegalGeneration, await member.CommitAsync("t", 5, member.Generation + 1));
        Assert.Equal(KafkaError.IllegalGeneration, (await member.SyncAsync(member.Generation + 1)).Error);
        var id = member.Id;
        member.Id = "stranger";
        Assert.Equal(KafkaError.UnknownMemberId, await member.HeartbeatAsync());
        Assert.Equal(KafkaError.UnknownMemberId, await member.CommitAsync("t", 5));
        Assert.Equal(KafkaError.UnknownMemberId, await member.JoinOnceAsync());
        member.Id = id;
        await member.JoinAsync();
        await member.SyncAsync();
        Assert.Equal(KafkaError.None, await member.CommitAsync("t", 5));
    }

    [Fact]
    public async Task A_silent_member_is_given_up_and_the_other_takes_over()
    {
        await using var broker = await TestBroker.StartAsync();
        using var first = await WireMember.ConnectAsync(broker, "g");
        await first.JoinAsync(sessionMs: 60_000);
        await first.SyncAsync();
        using var silent = await WireMember.ConnectAsync(broker, "g");
        var joining = silent.JoinAsync(sessionMs: 6_000);
        await UntilAsync(async () => await first.HeartbeatAsync() == KafkaError.RebalanceInProgress);
        await first.JoinAsync(sessionMs: 60_000);
        await joining;
        await first.SyncAsync();
        Assert.Equal(KafkaError.None, await first.HeartbeatAsync());

        broker.Time.Advance(TimeSpan.FromSeconds(7));
        await UntilAsync(async () => await first.HeartbeatAsync() == KafkaError.RebalanceInProgress);
        await first.JoinAsync(sessionMs: 60_000);
        Assert.Equal([first.Id], first.Members);
        Assert.Equal(KafkaError.UnknownMemberId, await silent.HeartbeatAsync());
    }

    [Fact]
    public async Task A_member_that_does_not_join_again_is_left_out_when_its_time_is_up()
    {
        await using var broker = await TestBroker.StartAsync();
        using var lazy = await WireMember.ConnectAsync(broker, "g");
        await lazy.JoinAsync(sessionMs: 600_000, rebalanceMs: 5_000);
        await lazy.SyncAsync();
        using var eager = await WireMember.ConnectAsync(broker, "g");
        var joining = eager.JoinAsync(sessionMs: 600_000, rebalanceMs: 5_000);
        await UntilAsync(async () => await lazy.HeartbeatAsync() == KafkaError.RebalanceInProgress);
        broker.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal(KafkaError.None, await joining);
        Assert.Equal([eager.Id], eager.Members);
    }

    [Fact]
    public async Task Who_leaves_makes_room_at_once_and_the_last_leaves_an_empty_group()
    {
        await using var broker = await TestBroker.StartAsync();
        using var member = await WireMember.ConnectAsync(broker, "g");
        await member.JoinAsync();
        await member.SyncAsync();
        Assert.Equal(KafkaError.NonEmptyGroup, await member.DeleteGroupAsync());
        Assert.Equal(KafkaError.None, await member.LeaveAsync());
        Assert.Equal(KafkaError.UnknownMemberId, await member.HeartbeatAsync());
        Assert.Equal("Empty", await member.StateAsync());
        Assert.Equal(KafkaError.None, await member.DeleteGroupAsync());
        Assert.Equal(KafkaError.GroupIdNotFound, await member.DeleteGroupAsync());
        Assert.Equal("Dead", await member.StateAsync());
    }

    [Fact]
    public async Task Members_that_share_no_protocol_are_kept_apart()
    {
        await using var broker = await TestBroker.StartAsync();
        using var first = await WireMember.ConnectAsync(broker, "g");
        await first.JoinAsync(protocol: "range");
        using var second = await WireMember.ConnectAsync(broker, "g");
        Assert.Equal(KafkaError.InconsistentGroupProtocol, await second.JoinAsync(protocol: "sticky"));
        Assert.Equal(KafkaError.InvalidSessionTimeout, await second.JoinAsync(sessionMs: -1));
    }

    [Fact]
    public async Task A_static_member_comes_back_to_its_place_and_its_double_is_fenced()
    {
        await using var broker = await TestBroker.StartAsync();
        using var first = await WireMember.ConnectAsync(broker, "g", "instance-1");
        Assert.Equal(KafkaError.None, await first.JoinOnceAsync());
        var share = (await first.SyncAsync()).Assignment;
        using var back = await WireMember.ConnectAsync(broker, "g", "instance-1");
        Assert.Equal(KafkaError.None, await back.JoinOnceAsync());
        Assert.Equal(first.Generation, back.Generation);
        Assert.NotEqual(first.Id, back.Id);
        Assert.Equal((KafkaError.None, share), await back.SyncAsync());
        Assert.Equal(KafkaError.FencedInstanceId, await first.HeartbeatAsync());
        Assert.Equal(KafkaError.None, await back.HeartbeatAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Committed_offsets_survive_a_stop_and_a_kill(bool kill)
    {
        await using var broker = await TestBroker.StartAsync();
        using (var loner = await WireMember.ConnectAsync(broker, "g"))
        {
            await loner.CreateTopicAsync("t");
            await loner.CreateTopicAsync("gone");
            Assert.Equal(-1, await loner.CommittedAsync("t"));
            Assert.Equal(KafkaError.None, await loner.CommitAsync("t", 41));
            Assert.Equal(KafkaError.None, await loner.CommitAsync("t", 42, metadata: "note"));
            Assert.Equal(KafkaError.None, await loner.CommitAsync("gone", 1));
            Assert.Equal(KafkaError.UnknownTopicOrPartition, await loner.CommitAsync("never", 1));
            Assert.Equal(KafkaError.OffsetMetadataTooLarge,
                await loner.CommitAsync("t", 9, metadata: new string('x', 5000)));
            Assert.Equal(KafkaError.None, await loner.DeleteTopicAsync("gone"));
        }
        await (kill ? broker.KillAndRestartAsync() : broker.RestartAsync());
        using var again = await WireMember.ConnectAsync(broker, "g");
        Assert.Equal(42, await again.CommittedAsync("t"));
        Assert.Equal(-1, await again.CommittedAsync("gone"));
        Assert.Equal("Empty", await again.StateAsync());
    }

    [Fact]
    public async Task The_offsets_log_is_compacted_and_still_tells_the_last_offsets()
    {
        await using var broker = await TestBroker.StartAsync();
        using (var loner = await WireMember.ConnectAsync(broker, "g"))
        {
            await loner.CreateTopicAsync("t");
            for (var i = 0; i < 200; i++)
                await loner.CommitAsync("t", i);
            var before = new DirectoryInfo(Path.Combine(broker.Folder, "__consumer_offsets-0"))
                .EnumerateFiles("*.log").Sum(file => file.Length);
            broker.Time.Advance(TimeSpan.FromDays(2));
            broker.Maintain();
            var after = new DirectoryInfo(Path.Combine(broker.Folder, "__consumer_offsets-0"))
                .EnumerateFiles("*.log").Sum(file => file.Length);
            Assert.True(after * 10 < before, $"{before} bytes became {after}");
        }
        await broker.KillAndRestartAsync();
        using var again = await WireMember.ConnectAsync(broker, "g");
        Assert.Equal(199, await again.CommittedAsync("t"));
    }

    // The broker watches its groups in the background: what it will see is waited for, what it must not see never
    // comes.
    static async Task UntilAsync(Func<Task<bool>> condition)
    {
        while (!await condition())
            await Task.Delay(10, TestContext.Current.CancellationToken);
    }
}
