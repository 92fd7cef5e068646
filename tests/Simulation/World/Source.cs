using System.Text;
using Tapline.Contracts.Log;
using Tapline.Simulation.Tests.Scenarios;
using Tapline.TestKit;

namespace Tapline.Simulation.Tests.World;

/// <summary>A database and the connector that writes its changes to the log; and devices, in some scenarios.</summary>
sealed class Source(MemoryEventLog log, TimeProvider time, bool hasDevices)
{
    const int DevicePartitions = 2;

    /// <summary>The topic of the devices' messages.</summary>
    public static string DeviceTopic { get; } = TopicNames.Devices(SourceTable.Prefix, DeviceStream);

    /// <summary>Their stream.</summary>
    public const string DeviceStream = "told";

    readonly SourceTable[] _tables =
        [.. SourceTable.All.Select(static table => new SourceTable(table.Name, table.Partitions))];
    readonly List<SentRecord> _sent = [];
    readonly Dictionary<TopicPartition, List<SentRecord>> _partitions = [];
    long _lsn = 1000;

    /// <summary>What stands in each partition, by offset.</summary>
    public IReadOnlyDictionary<TopicPartition, List<SentRecord>> Partitions => _partitions;

    /// <summary>Makes the topics and tells the columns.</summary>
    public async Task AnnounceAsync(CancellationToken ct)
    {
        var schemas = TopicNames.Schemas(SourceTable.Prefix);
        await log.EnsureTopicsAsync([new TopicSpec(schemas, 1)], ct);
        if (hasDevices)
            await log.EnsureTopicsAsync([new TopicSpec(DeviceTopic, DevicePartitions)], ct);
        for (var partition = 0; hasDevices && partition < DevicePartitions; partition++)
            _partitions.Add(new(DeviceTopic, partition), []);
        foreach (var table in _tables)
        {
            await log.EnsureTopicsAsync([new TopicSpec(table.Topic, table.Partitions)], ct);
            for (var partition = 0; partition < table.Partitions; partition++)
                _partitions.Add(new(table.Topic, partition), []);
            await log.OpenProducer("source").AppendAsync(
                new EventRecord(schemas, SchemaRecord.Key(table.Schema), SchemaRecord.Value(table.Schema)), ct);
        }
    }

    /// <summary>Does something, and writes what it changes.</summary>
    public void Do(Operation operation)
    {
        if (operation.Kind == OperationKind.Tell)
        {
            Tell(new(operation.Table, operation.Key % 100, operation.ToKey), operation.Key / 100);
            return;
        }
        var table = _tables[operation.Table];
        var key = operation.Key;
        var isThere = table.Rows.TryGetValue(key, out var body);
        switch (operation.Kind)
        {
            case OperationKind.Put:
                var written = $"body {_lsn}";
                table.Rows[key] = written;
                Upsert(table, isThere ? 'u' : 'c', key, written, Quote(written));
                break;
            case OperationKind.Keep when isThere:
                Upsert(table, 'u', key, body!, Quote(table.Schema.Format.UnavailablePlaceholder));
                break;
            case OperationKind.Delete when isThere:
                Delete(table, key, header: null);
                Send(new(new EventRecord(table.Topic, Key(key), null) { Partition = table.PartitionOf(key) }, null));
                break;
            case OperationKind.Move when isThere && !table.Rows.ContainsKey(operation.ToKey):
                Move(table, key, operation.ToKey, body!);
                break;
            case OperationKind.Truncate when table.Partitions == 1:
                table.Rows.Clear();
                _lsn += 10;
                var truncate = new EventRecord(table.Topic, null, Envelope(table, 't', "null")) { Partition = 0 };
                Send(new(truncate, new Change(table.Topic, 't', _lsn, null, null)));
                break;
            case OperationKind.Repeat:
                foreach (var record in _sent.TakeLast(key).ToArray())
                    Send(record, isRepeat: true);
                break;
            case OperationKind.Poison:
                var poison = new EventRecord(table.Topic, Key(key), "{\"op\":"u8.ToArray())
                {
                    Partition = table.PartitionOf(key),
                };
                Send(new(poison, null, IsPoison: true));
                break;
        }
    }

    void Tell(DeviceTold told, int shift)
    {
        var value = $$"""
            {"boot_id":"b{{told.Boot}}","seq":{{told.Number}},"ts":"{{told.At:yyyy-MM-ddTHH:mm:ssZ}}",
             "received_at":"2025-03-08T12:00:00Z"}
            """;
        var record = new EventRecord(
            DeviceTopic, Encoding.UTF8.GetBytes($"d{told.Device}"), Encoding.UTF8.GetBytes(value))
        {
            Partition = (told.Device + shift) % DevicePartitions,
        };
        Send(new(record, null, Told: told));
    }

    void Move(SourceTable table, int from, int to, string body)
    {
        Delete(table, from, new EventHeader("__debezium.newkey", Key(to)));
        _lsn -= 10;
        table.Rows[to] = body;
        Upsert(table, 'c', to, body, Quote(table.Schema.Format.UnavailablePlaceholder),
            new EventHeader("__debezium.oldkey", Key(from)));
    }

    void Delete(SourceTable table, int key, EventHeader? header)
    {
        table.Rows.Remove(key, out var body);
        Change(table, 'd', key, body!, "null", header);
    }

    void Upsert(SourceTable table, char op, int key, string body, string text, EventHeader? header = null) =>
        Change(table, op, key, body, $$"""{"id":{{key}},"body":{{text}}}""", header);

    void Change(SourceTable table, char op, int key, string body, string after, EventHeader? header)
    {
        _lsn += 10;
        var schema = new EventHeader(TopicNames.SchemaHeader, "1"u8.ToArray());
        var record = new EventRecord(table.Topic, Key(key), Envelope(table, op, after))
        {
            Partition = table.PartitionOf(key),
            Headers = header is { } extra ? [schema, extra] : [schema],
        };
        Send(new(record, new Change(table.Topic, op, _lsn, key, body)));
    }

    void Send(SentRecord sent, bool isRepeat = false)
    {
        log.OpenProducer("source").AppendAsync(sent.Record, CancellationToken.None).AsTask().Wait();
        _partitions[new(sent.Record.Topic, sent.Record.Partition!.Value)].Add(sent);
        if (!isRepeat)
            _sent.Add(sent);
    }

    byte[] Envelope(SourceTable table, char op, string after) => Encoding.UTF8.GetBytes($$"""
        {"before":null,"after":{{after}},
         "source":{"ts_ms":5,"snapshot":"false","db":"shop","sequence":"[\"{{_lsn + 5}}\",\"{{_lsn}}\"]",
                   "ts_us":{{time.GetUtcNow().ToUnixTimeMilliseconds() * 1000}},"schema":"app",
                   "table":"{{table.Schema.Table.Name}}","txId":{{_lsn}},"lsn":{{_lsn}}},
         "transaction":null,"op":"{{op}}","ts_ms":6}
        """);

    static byte[] Key(int key) => Encoding.UTF8.GetBytes($$"""{"id":{{key}}}""");

    static string Quote(string text) => $"\"{text}\"";
}
