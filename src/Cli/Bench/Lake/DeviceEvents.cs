using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Tapline.Cli.Demo;
using Tapline.Contracts;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Envelope;
using Tapline.Kafka.Protocol;

namespace Tapline.Cli.Bench.Lake;

/// <summary>Changes of numbered rows of <c>app.devices</c> (17 columns) as they lie in the log, written by our own
/// source's code: one after another, each with a higher position and offset.</summary>
sealed class DeviceEvents
{
    const int ChunkRecords = 1_000;
    const int TransactionChanges = 20;
    const int RecordBytes = 1_200;
    const long FirstLsn = 0x1_6B37_40C8;
    const long LsnStep = 200;
    const long CommitMicros = 1_740_000_000_000_000;

    readonly BarModel _model = new(seed: 1);
    readonly EnvelopeWriter _writer = new(Prefix, "postgres", TimeProvider.System);
    readonly CapturedTable _table =
        new(Prefix, BarRows.Devices, 1, RowForm.Of(BarRows.Devices, EnvelopeFormat.Default));
    readonly byte[] _header;
    long _lsn = FirstLsn;

    public DeviceEvents()
    {
        for (var i = 0; i < 1_000; i++)
            _model.Accounts.Add(_model.Id());
        var header = new ArrayBufferWriter<byte>();
        var name = Encoding.UTF8.GetBytes(TopicNames.SchemaHeader);
        var version = _table.SchemaHeader.Value.Span;
        Varint.Write(header, name.Length);
        new WireWriter(header).WriteRaw(name);
        Varint.Write(header, version.Length);
        new WireWriter(header).WriteRaw(version);
        _header = header.WrittenSpan.ToArray();
    }

    /// <summary>The prefix of the topics.</summary>
    public const string Prefix = "bar";

    /// <summary>The table.</summary>
    public static TableSchema Schema => BarRows.Devices;

    /// <summary>The offset of the next change.</summary>
    public long Offset { get; private set; }

    /// <summary>The key of a row.</summary>
    public static Guid Id(int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return new Guid(SHA256.HashData(bytes).AsSpan(0, 16));
    }

    /// <summary>Rows of a first copy.</summary>
    public IReadOnlyList<RecordChunk> Read(IEnumerable<int> numbers)
    {
        _writer.BeginSnapshot(FirstLsn, CommitMicros, 700);
        return Chunks(ChangeKind.Read, numbers);
    }

    /// <summary>Updates, in transactions of 20.</summary>
    public IReadOnlyList<RecordChunk> Update(IEnumerable<int> numbers) => Chunks(ChangeKind.Update, numbers);

    IReadOnlyList<RecordChunk> Chunks(ChangeKind kind, IEnumerable<int> numbers) =>
        [.. numbers.Chunk(ChunkRecords).Select(part => Chunk(kind, part))];

    RecordChunk Chunk(ChangeKind kind, int[] numbers)
    {
        var bytes = new JsonBytes(_header.Length + (numbers.Length * RecordBytes));
        bytes.Append(_header);
        var slots = new RecordSlot[numbers.Length];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (kind != ChangeKind.Read && i % TransactionChanges == 0)
                BeginTransaction();
            var row = BarRows.Device(_model, Id(numbers[i]), numbers[i]);
            _writer.Clear();
            var key = _writer.Slice(_writer.WriteKey(_table, row)!.Value);
            var value = _writer.Slice(_writer.WriteChange(_table, kind, null, row, null, _lsn));
            if (kind != ChangeKind.Read)
                _lsn += LsnStep;
            slots[i] = new RecordSlot
            {
                Offset = Offset++,
                TimestampMs = CommitMicros / 1_000,
                KeyStart = bytes.Append(key.Span),
                KeyLength = key.Length,
                ValueStart = bytes.Append(value.Span),
                ValueLength = value.Length,
                HeadersStart = 0,
                HeadersLength = _header.Length,
                HeaderCount = 1,
            };
        }
        var partition = new TopicPartition(_table.Topic, 0);
        return new RecordChunk(partition, bytes.Written, slots, Offset);
    }

    void BeginTransaction()
    {
        _model.Tick();
        _lsn += LsnStep;
        var commit = _lsn + (TransactionChanges * LsnStep);
        _writer.BeginTransaction(commit, CommitMicros + ((_lsn - FirstLsn) / LsnStep), 700 + Offset);
    }

    /// <summary>Bytes that grow.</summary>
    sealed class JsonBytes(int capacity)
    {
        byte[] _bytes = new byte[capacity];
        int _length;

        public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

        public int Append(ReadOnlySpan<byte> more)
        {
            if (_length + more.Length > _bytes.Length)
                Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + more.Length));
            more.CopyTo(_bytes.AsSpan(_length));
            _length += more.Length;
            return _length - more.Length;
        }
    }
}
