using System.Text;
using Tapline.Kafka.Protocol;

namespace Tapline.Kafka.Tests.Broker;

/// <summary>A consumer-group member made of bare requests.</summary>
sealed class WireMember(WireClient client, string group, string? instanceId = null) : IDisposable
{
    public string Id { get; set; } = "";
    public int Generation { get; private set; } = -1;
    public string LeaderId { get; private set; } = "";
    public List<string> Members { get; private set; } = [];
    public bool IsLeader => LeaderId == Id;

    public static async Task<WireMember> ConnectAsync(TestBroker broker, string group, string? instanceId = null) =>
        new(await broker.ConnectAsync(), group, instanceId);

    /// <summary>Joins, with a second request if the first only brings an id.</summary>
    public async Task<KafkaError> JoinAsync(
        string subscription = "t", int sessionMs = 10_000, int rebalanceMs = 10_000, string protocol = "range")
    {
        var error = await JoinOnceAsync(subscription, sessionMs, rebalanceMs, protocol);
        return error == KafkaError.MemberIdRequired
            ? await JoinOnceAsync(subscription, sessionMs, rebalanceMs, protocol)
            : error;
    }

    public async Task<KafkaError> JoinOnceAsync(
        string subscription = "t", int sessionMs = 10_000, int rebalanceMs = 10_000, string protocol = "range")
    {
        var answer = await client.AskAsync(ApiKey.JoinGroup, 5, writer =>
        {
            writer.WriteString(group);
            writer.WriteInt32(sessionMs);
            writer.WriteInt32(rebalanceMs);
            writer.WriteString(Id);
            writer.WriteString(instanceId);
            writer.WriteString("consumer");
            writer.WriteCount(1);
            writer.WriteString(protocol);
            writer.WriteBytes(Encoding.UTF8.GetBytes(subscription));
        });
        var reader = new WireReader(answer);
        reader.ReadInt32();
        var error = (KafkaError)reader.ReadInt16();
        Generation = reader.ReadInt32();
        reader.ReadString();
        LeaderId = reader.ReadString();
        Id = reader.ReadString();
        Members = [];
        for (var left = reader.ReadCount(1); left > 0; left--)
        {
            Members.Add(reader.ReadString());
            reader.ReadNullableString();
            reader.ReadBytes();
        }
        return error;
    }

    /// <summary>Syncs; the leader gives each member its own id as its assignment.</summary>
    public async Task<(KafkaError Error, string Assignment)> SyncAsync(int? generation = null)
    {
        var answer = await client.AskAsync(ApiKey.SyncGroup, 3, writer =>
        {
            writer.WriteString(group);
            writer.WriteInt32(generation ?? Generation);
            writer.WriteString(Id);
            writer.WriteString(instanceId);
            writer.WriteCount(Members.Count);
            foreach (var member in Members)
            {
                writer.WriteString(member);
                writer.WriteBytes(Encoding.UTF8.GetBytes($"for {member}"));
            }
        });
        var reader = new WireReader(answer);
        reader.ReadInt32();
        return ((KafkaError)reader.ReadInt16(), Encoding.UTF8.GetString(reader.ReadBytes()));
    }

    public async Task<KafkaError> HeartbeatAsync(int? generation = null)
    {
        var reader = new WireReader(await client.AskAsync(ApiKey.Heartbeat, 3, writer =>
        {
            writer.WriteString(group);
            writer.WriteInt32(generation ?? Generation);
            writer.WriteString(Id);
            writer.WriteString(instanceId);
        }));
        reader.ReadInt32();
        return (KafkaError)reader.ReadInt16();
    }

    public async Task<KafkaError> LeaveAsync()
    {
        var reader = new WireReader(await client.AskAsync(ApiKey.LeaveGroup, 1, writer =>
        {
            writer.WriteString(group);
            writer.WriteString(Id);
        }));
        reader.ReadInt32();
        return (KafkaError)reader.ReadInt16();
    }

    public async Task<KafkaError> CommitAsync(
        string topic, long offset, int? generation = null, string? metadata = null)
    {
        var answer = await client.AskAsync(ApiKey.OffsetCommit, 7, writer =>
        {
            writer.WriteString(group);
            writer.WriteInt32(generation ?? Generation);
            writer.WriteString(Id);
            writer.WriteString(instanceId);
            writer.WriteCount(1);
            writer.WriteString(topic);
            writer.WriteCount(1);
            writer.WriteInt32(0);
            writer.WriteInt64(offset);
            writer.WriteInt32(-1);
            writer.WriteString(metadata);
        });
        var reader = new WireReader(answer);
        reader.Take(4 + 4);
        reader.ReadString();
        reader.Take(4 + 4);
        return (KafkaError)reader.ReadInt16();
    }

    public async Task<long> CommittedAsync(string topic)
    {
        var answer = await client.AskAsync(ApiKey.OffsetFetch, 5, writer =>
        {
            writer.WriteString(group);
            writer.WriteCount(1);
            writer.WriteString(topic);
            writer.WriteCount(1);
            writer.WriteInt32(0);
        });
        var reader = new WireReader(answer);
        reader.Take(4 + 4);
        reader.ReadString();
        reader.Take(4 + 4);
        return reader.ReadInt64();
    }

    public async Task<string> StateAsync()
    {
        var answer = await client.AskAsync(ApiKey.DescribeGroups, 4, writer =>
        {
            writer.WriteCount(1);
            writer.WriteString(group);
            writer.WriteBool(false);
        });
        var reader = new WireReader(answer);
        reader.Take(4 + 4 + 2);
        reader.ReadString();
        return reader.ReadString();
    }

    public async Task<KafkaError> DeleteGroupAsync()
    {
        var reader = new WireReader(await client.AskAsync(ApiKey.DeleteGroups, 1, writer =>
        {
            writer.WriteCount(1);
            writer.WriteString(group);
        }));
        reader.Take(4 + 4);
        reader.ReadString();
        return (KafkaError)reader.ReadInt16();
    }

    public Task<KafkaError> CreateTopicAsync(string topic) => client.CreateTopicAsync(topic);

    public Task<KafkaError> DeleteTopicAsync(string topic) => client.DeleteTopicAsync(topic);

    public void Dispose() => client.Dispose();
}
