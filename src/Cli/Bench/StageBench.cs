using System.Text.Json;
using System.Text.Unicode;
using Tapline.Contracts.Log;
using Tapline.Contracts.Schema;
using Tapline.Kafka.Client.Records;
using Tapline.Kafka.Protocol;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Parquet;
using Tapline.Streaming;
using Tapline.Streaming.Decoding;
using Tapline.Streaming.Ordering;
using Tapline.Streaming.Tables;

namespace Tapline.Cli.Bench;

/// <summary>What each stage costs an event, on one thread, over events of <c>app.devices</c> and <c>app.users</c>.
/// </summary>
sealed class StageBench(BenchOptions options, BenchProgress progress)
{
    const int EventsMax = 100_000;
    const int Sections = 7;

    readonly StageRace _race = new(options.Runs, progress);

    /// <summary>Measures all stages.</summary>
    public async Task<IReadOnlyList<BenchSection>> RunAsync(string folder, CancellationToken ct)
    {
        progress.Plan((Sections * StageRace.StepsOfSection) + 1);
        progress.Step("making events");
        var count = Math.Max(2, Math.Min(options.Rows, EventsMax) / 2);
        BarEvents[] tables =
        [
            new(BarRows.Devices, BarRows.Device, count),
            new(BarRows.Users, BarRows.User, count),
        ];
        var events = tables.Sum(static table => table.Rows.Count);
        var bytes = tables.Sum(static table => table.ByteCount) / events;
        var packed = tables.Sum(static table => table.Batches.Sum(static batch => (long)batch.Length)) / events;
        progress.Note($"{events} events, {bytes} bytes each with its key; {packed} in an lz4 batch");
        var decoded = tables.Select(static table => new DecodedRows(table)).ToArray();
        var sections = new List<BenchSection>();
        foreach (var measure in (Func<BenchSection>[])
        [
            () => Encode(tables, events),
            () => Walk(tables, events),
            () => Decode(tables, decoded, events),
            () => Apply(tables, decoded, events),
            () => Parquet(decoded, folder, events),
            () => new WindowBench(_race).Run(events),
        ])
        {
            ct.ThrowIfCancellationRequested();
            sections.Add(measure());
        }
        progress.Step("Delta commit");
        sections.Add(await new CommitBench(options).RunAsync(decoded[0], Path.Combine(folder, "commits"), ct));
        return sections;
    }

    BenchSection Encode(BarEvents[] tables, int events) => _race.Run("encode: row text to envelope", events,
        new("envelope writer", BenchRole.Ours, () => () =>
        {
            foreach (var table in tables)
                table.Encode(static (_, _, _) => { });
        }),
        Copy(tables));

    BenchSection Walk(BarEvents[] tables, int events)
    {
        var chunks = new List<RecordChunk>();
        return _race.Run("walk: lz4 batch to records", events,
            new("checksum, lz4, walk", BenchRole.Ours, () => () =>
            {
                using var decoder = new RecordDecoder(batchBytesMax: 16 << 20);
                foreach (var table in tables)
                {
                    for (var i = 0; i < table.Batches.Count; i++)
                        table.Walk(decoder, i, chunks);
                }
            }),
            new("lz4 alone", BenchRole.Floor, () => () =>
            {
                var plain = new RecordBuffer();
                foreach (var batch in tables.SelectMany(static table => table.Batches))
                {
                    plain.Clear();
                    Lz4Frame.Decompress(batch.AsSpan(RecordBatchHeader.Size), plain, 16 << 20);
                }
            }));
    }

    BenchSection Decode(BarEvents[] tables, DecodedRows[] decoded, int events) =>
        _race.Run("decode: envelope to typed columns", events,
            new("scanner", BenchRole.Ours, () => Decoding(tables, static schema => new ScanningChangeDecoder(schema))),
            new("over Utf8JsonReader", BenchRole.Peer,
                () => Decoding(tables, static schema => new JsonChangeDecoder(schema))),
            new("JsonDocument", BenchRole.Peer, () => () =>
            {
                for (var i = 0; i < tables.Length; i++)
                    ReadDocuments(tables[i], [.. decoded[i].Layout.Columns.Select(static column => column.Name)]);
            }),
            new("UTF-8 check alone", BenchRole.Floor, () => () =>
            {
                foreach (var chunk in tables.SelectMany(static table => table.Chunks))
                {
                    foreach (var slot in chunk.Slots.Span)
                        Require(Utf8.IsValid(chunk.Value(slot)));
                }
            }));

    static Action Decoding(BarEvents[] tables, Func<TableSchema, IChangeDecoder> decoderOf)
    {
        var prepared = tables.Select(table =>
        {
            var schema = table.Table.Schema;
            return (table.Chunks, Decoder: decoderOf(schema), Rows: new ChangeRows(schema));
        }).ToArray();
        return () =>
        {
            foreach (var (chunks, decoder, rows) in prepared)
            {
                foreach (var chunk in chunks)
                {
                    foreach (var slot in chunk.Slots.Span)
                    {
                        rows.Clear();
                        decoder.Decode(chunk.Key(slot), keyIsNull: false, chunk.Value(slot), valueIsNull: false, rows);
                    }
                }
            }
        };
    }

    // What a program does that has no plan: a tree of the event, and each column asked for by its name.
    static void ReadDocuments(BarEvents table, string[] columns)
    {
        foreach (var chunk in table.Chunks)
        {
            foreach (var slot in chunk.Slots.Span)
            {
                using var document = JsonDocument.Parse(chunk.Bytes.Slice(slot.ValueStart, slot.ValueLength));
                var root = document.RootElement;
                var after = root.GetProperty("after");
                foreach (var column in columns)
                {
                    var value = after.GetProperty(column);
                    if (value.ValueKind == JsonValueKind.String)
                        value.GetString();
                    else if (value.ValueKind == JsonValueKind.Number)
                        value.GetInt64();
                }
                root.GetProperty("op").GetString();
                root.GetProperty("source").GetProperty("sequence").GetString();
            }
        }
    }

    BenchSection Apply(BarEvents[] tables, DecodedRows[] decoded, int events) => _race.Run(
        "apply: columns to state and history", events,
        new("whole: decode, gate, state, history", BenchRole.Ours, () => Applying(tables, decoded)),
        new("part: gate", BenchRole.Ours, () => () =>
        {
            foreach (var table in decoded)
                Admit(table);
        }),
        new("part: state", BenchRole.Ours, () =>
        {
            var streams = decoded.Select(static table => table.NewStream()).ToArray();
            return () =>
            {
                for (var i = 0; i < decoded.Length; i++)
                    decoded[i].PutInto(streams[i].Current);
            };
        }),
        new("part: history", BenchRole.Ours, () =>
        {
            var buffers = decoded.Select(static table => new HistoryBuffer(table.Layout)).ToArray();
            return () =>
            {
                for (var i = 0; i < decoded.Length; i++)
                    decoded[i].AddTo(buffers[i]);
            };
        }),
        new("state as Dictionary<string, byte[]>", BenchRole.Peer, () =>
        {
            var rows = decoded.Select(static table => table.Packed()).ToArray();
            return () =>
            {
                foreach (var table in rows)
                {
                    var state = new Dictionary<string, byte[]>(StringComparer.Ordinal);
                    foreach (var (key, packed) in table)
                        state[key] = (byte[])packed.Clone();
                }
            };
        }));

    static Action Applying(BarEvents[] tables, DecodedRows[] decoded)
    {
        var streams = decoded.Select(static table => table.NewStream()).ToArray();
        return () =>
        {
            for (var i = 0; i < tables.Length; i++)
            {
                var (order, plan) = (new TopicOrder(), streams[i].Plan(tables[i].Table.Schema));
                foreach (var chunk in tables[i].Chunks)
                {
                    foreach (var slot in chunk.Slots.Span)
                        Require(streams[i].Apply(chunk, slot, plan, order) == ApplyOutcome.Done);
                }
            }
        };
    }

    static void Admit(DecodedRows table)
    {
        var order = new TopicOrder();
        var gate = order.Gate(0);
        var key = new byte[64];
        for (var row = 0; row < table.Plan.Rows.Count; row++)
        {
            var name = RowKey.Encode(table.Plan.Rows.Values, row, table.Plan.KeyColumns, ref key);
            var meta = table.Plan.Rows.Metas[row];
            Require(order.Judge(gate, meta.Position, name, row: null) == Verdict.New);
            order.Pass(gate, meta);
        }
    }

    BenchSection Parquet(DecodedRows[] decoded, string folder, int events)
    {
        var batches = decoded.Select(static table => table.AddTo(new HistoryBuffer(table.Layout)).Rows).ToArray();
        var file = Path.Combine(folder, "history.parquet");
        using var database = DuckDbDatabase.Open(options: new DuckDbOptions { Threads = 1 });
        using var connection = database.Connect();
        for (var i = 0; i < batches.Length; i++)
            connection.RegisterTable($"history_{i}", new BatchTable(batches[i]));
        return _race.Run("Parquet: history rows to a zstd file", events,
            new("Parquet writer", BenchRole.Ours, () => () =>
            {
                foreach (var batch in batches)
                {
                    using var writer = new ParquetFileWriter(batch.Schema, new ParquetOptions());
                    writer.WriteRowGroup(batch);
                    File.WriteAllBytes(file, writer.Finish().Content.Span);
                }
            }),
            new("DuckDB COPY, one thread", BenchRole.Peer, () => () =>
            {
                for (var i = 0; i < batches.Length; i++)
                {
                    connection.Execute($"COPY (FROM history_{i}()) TO {SqlText.Literal(file)} "
                        + "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)");
                }
            }));
    }

    static StageCandidate Copy(BarEvents[] tables) => new("a copy of the same bytes", BenchRole.Floor, () =>
    {
        var target = new byte[1 << 20];
        return () =>
        {
            foreach (var chunk in tables.SelectMany(static table => table.Chunks))
            {
                foreach (var slot in chunk.Slots.Span)
                    chunk.Value(slot).CopyTo(target);
            }
        };
    });

    static void Require(bool holds)
    {
        if (!holds)
            throw new InvalidDataException("an event of the benchmark's own was not taken");
    }
}
