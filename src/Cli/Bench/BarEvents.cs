using System.Buffers;
using System.Text;
using Tapline.Cli.Demo;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Envelope;
using Tapline.Kafka.Client;
using Tapline.Kafka.Client.Records;
using Tapline.Kafka.Protocol;

namespace Tapline.Cli.Bench;

/// <summary>Changes of one table: first inserts, then as many updates of random rows; as text from the source, as
/// records by our own ingest, and as lz4 batches as they lie in the log.</summary>
sealed class BarEvents
{
    const int BatchRecords = 1_000;
    const int TransactionChanges = 20;
    const long FirstLsn = 0x1_6B37_40C8;
    const long CommitMicros = 1_740_000_000_000_000;
    const string Prefix = "bar";

    readonly List<byte[]> _batches = [];
    readonly List<RecordChunk> _chunks = [];

    /// <summary>Makes the events.</summary>
    public BarEvents(TableSchema schema, Func<BarModel, Guid, int, RowText> row, int count)
    {
        Table = new CapturedTable(Prefix, schema, 1, RowForm.Of(schema, EnvelopeFormat.Default));
        var model = new BarModel(seed: 1);
        model.Accounts.AddRange(Enumerable.Range(0, 1_000).Select(_ => model.Id()));
        var ids = new List<Guid>();
        for (var i = 0; i < count; i++)
        {
            var isInsert = i <= count / 2;
            if (isInsert)
                ids.Add(model.Id());
            var number = isInsert ? i : model.Random.Next(ids.Count);
            model.Tick();
            Rows.Add((isInsert ? ChangeKind.Create : ChangeKind.Update, row(model, ids[number], number)));
        }
        AddBatches();
    }

    /// <summary>The table as ingest knows it.</summary>
    public CapturedTable Table { get; }

    /// <summary>The changes as the source sends them.</summary>
    public List<(ChangeKind Kind, RowText Row)> Rows { get; } = [];

    /// <summary>The same as lz4 batches.</summary>
    public IReadOnlyList<byte[]> Batches => _batches;

    /// <summary>The same as fetched records.</summary>
    public IReadOnlyList<RecordChunk> Chunks => _chunks;

    /// <summary>Bytes of all keys and values.</summary>
    public long ByteCount { get; private set; }

    /// <summary>Writes every change as ingest does; <paramref name="take"/> gets each record.</summary>
    public void Encode(Action<EnvelopeWriter, Range?, Range> take)
    {
        var writer = new EnvelopeWriter(Prefix, "postgres", TimeProvider.System);
        for (var i = 0; i < Rows.Count; i++)
        {
            var lsn = FirstLsn + i * 200L;
            if (i % TransactionChanges == 0)
                writer.BeginTransaction(lsn + TransactionChanges * 200L, CommitMicros + i * 1_000L, 700 + i);
            writer.Clear();
            var key = writer.WriteKey(Table, Rows[i].Row);
            take(writer, key, writer.WriteChange(Table, Rows[i].Kind, null, Rows[i].Row, null, lsn));
        }
    }

    /// <summary>Finds the records of a batch as the log client does.</summary>
    public RecordChunk Walk(RecordDecoder decoder, int batch, List<RecordChunk> chunks)
    {
        decoder.Begin();
        chunks.Clear();
        var position = new PartitionPosition(new TopicPartition(Table.Topic, 0), (long)batch * BatchRecords);
        var run = new FetchedRun(position, _batches[batch], 0, _batches[batch].Length);
        decoder.Decode(run, _batches[batch], int.MaxValue, chunks);
        return chunks[0];
    }

    void AddBatches()
    {
        var records = new ArrayBufferWriter<byte>();
        var count = 0;
        Encode((writer, key, value) =>
        {
            AddRecord(records, count++, writer.Slice(key!.Value).Span, writer.Slice(value).Span);
            if (count == BatchRecords)
                Close();
        });
        if (count > 0)
            Close();
        for (var i = 0; i < _batches.Count; i++)
        {
            using var decoder = new RecordDecoder(batchBytesMax: 16 << 20);
            _chunks.Add(Walk(decoder, i, []));
        }

        void Close()
        {
            _batches.Add(Batch(records.WrittenSpan, count, (long)_batches.Count * BatchRecords));
            records.ResetWrittenCount();
            count = 0;
        }
    }

    // The grammar stands at RecordWalk.
    void AddRecord(ArrayBufferWriter<byte> records, int offsetDelta, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        ByteCount += key.Length + value.Length;
        var name = Encoding.UTF8.GetBytes(TopicNames.SchemaHeader);
        var version = Table.SchemaHeader.Value.Span;
        var header = Varint.Size(name.Length) + name.Length + Varint.Size(version.Length) + version.Length;
        Varint.Write(records, 3 + header + Varint.Size(offsetDelta) + Varint.Size(key.Length) + key.Length
            + Varint.Size(value.Length) + value.Length);
        var writer = new WireWriter(records);
        writer.WriteInt8(0);
        writer.WriteVarint(0);
        writer.WriteVarint(offsetDelta);
        writer.WriteVarint(key.Length);
        writer.WriteRaw(key);
        writer.WriteVarint(value.Length);
        writer.WriteRaw(value);
        writer.WriteVarint(1);
        writer.WriteVarint(name.Length);
        writer.WriteRaw(name);
        writer.WriteVarint(version.Length);
        writer.WriteRaw(version);
    }

    static byte[] Batch(ReadOnlySpan<byte> records, int count, long baseOffset)
    {
        var packed = new byte[RecordBatchHeader.Size + Lz4Frame.CompressBound(records.Length)];
        var length = RecordBatchHeader.Size + Lz4Frame.Compress(records, packed.AsSpan(RecordBatchHeader.Size));
        new RecordBatchHeader
        {
            BaseOffset = baseOffset,
            TotalBytes = length,
            Attributes = (short)RecordCodec.Lz4,
            LastOffsetDelta = count - 1,
            BaseTimestampMs = CommitMicros / 1_000,
            MaxTimestampMs = CommitMicros / 1_000,
            ProducerId = -1,
            ProducerEpoch = -1,
            BaseSequence = -1,
            RecordCount = count,
        }.Write(packed.AsSpan(0, length));
        return packed[..length];
    }
}
