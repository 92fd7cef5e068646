using System.Collections.Immutable;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;
using Tapline.Lakehouse.Parquet;

namespace Tapline.Lakehouse.Tests.Parquet;

public sealed class ParquetFileWriterTests : IDisposable
{
    readonly DuckDbDatabase _database = DuckDbDatabase.Open();
    readonly DuckDbConnection _duckDb;
    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("tapline-");
    string _path = "";

    public ParquetFileWriterTests() => _duckDb = _database.Connect();

    public void Dispose()
    {
        _duckDb.Dispose();
        _database.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public void DuckDb_reads_the_rows_that_were_written() =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
        {
            var random = new Random(seed);
            var batches = new RandomBatches(random);
            var columns = batches.Columns();
            var codecs = Enum.GetValues<ParquetCodec>();
            using var writer = new ParquetFileWriter(columns, new ParquetOptions
            {
                Codec = codecs[random.Next(codecs.Length)],
                PageRowsMax = random.Next(3) switch { 0 => 1, 1 => 100, _ => 1 << 17 },
                UsesDeltas = random.Next(4) > 0,
                PageBytesTarget = random.Next(2) == 0 ? 50 : 1 << 20,
            });
            var expected = new ColumnBatch(columns);
            for (var group = random.Next(3); group >= 0; group--)
            {
                var batch = batches.Batch(columns);
                writer.WriteRowGroup(batch);
                for (var row = 0; row < batch.Count; row++)
                {
                    for (var i = 0; i < columns.Length; i++)
                        expected.Columns[i].AppendFrom(batch.Columns[i], row);
                }
            }
            var file = writer.Finish();
            AssertRead(file, expected);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Theory]
    [InlineData(ParquetCodec.Uncompressed)]
    [InlineData(ParquetCodec.Snappy)]
    [InlineData(ParquetCodec.Gzip)]
    [InlineData(ParquetCodec.Zstd)]
    public void A_large_row_group_of_every_type_comes_back(ParquetCodec codec)
    {
        var columns = EveryType();
        var batch = new RandomBatches(new Random((int)codec)).Batch(columns, 200_000);
        using var writer = new ParquetFileWriter(columns, new ParquetOptions { Codec = codec });
        writer.WriteRowGroup(batch);
        AssertRead(writer.Finish(), batch);
        using var result = _duckDb.Query(
            $"SELECT DISTINCT compression FROM parquet_metadata('{_path}')");
        using var chunk = result.NextChunk();
        Assert.Equal(codec.ToString().ToUpperInvariant(), Encoding.UTF8.GetString(chunk!.Column(0).Bytes(0)));
        Assert.Equal(1, chunk.Count);
    }

    [Fact]
    public void Strings_of_a_mebibyte_come_back()
    {
        ImmutableArray<ColumnSchema> columns = [new("text", ColumnType.String), new("id", ColumnType.Int32)];
        var batch = new ColumnBatch(columns);
        for (var row = 0; row < 50; row++)
        {
            batch.Columns[0].Append(Encoding.UTF8.GetBytes(new string((char)('a' + row % 26), (1 << 20) + row)));
            batch.Columns[1].Append(row);
        }
        using var writer = new ParquetFileWriter(columns, new ParquetOptions());
        writer.WriteRowGroup(batch);
        AssertRead(writer.Finish(), batch);
    }

    [Fact]
    public void A_writer_is_used_again_after_a_finished_and_after_a_dropped_file()
    {
        var batches = new RandomBatches(new Random(5));
        var columns = EveryType();
        using var writer = new ParquetFileWriter(columns, new ParquetOptions());
        writer.WriteRowGroup(batches.Batch(columns, 3000));
        writer.Finish();
        writer.WriteRowGroup(batches.Batch(columns, 100));
        writer.Reset();
        var last = batches.Batch(columns, 500);
        writer.WriteRowGroup(last);
        AssertRead(writer.Finish(), last);
        AssertRead(writer.Finish(), new ColumnBatch(columns));
    }

    static ImmutableArray<ColumnSchema> EveryType() =>
    [
        .. Enum.GetValues<ColumnType>().Where(static type => type != ColumnType.Decimal)
            .Select(static type => new ColumnSchema(type.ToString(), type)),
        new("decimal 9", ColumnType.Decimal) { Precision = 9, Scale = 2 },
        new("decimal 18", ColumnType.Decimal) { Precision = 18, Scale = 0 },
        new("decimal 19", ColumnType.Decimal) { Precision = 19, Scale = 19 },
        new("decimal 38", ColumnType.Decimal) { Precision = 38, Scale = 10 },
    ];

    void AssertRead(ParquetFile file, ColumnBatch expected)
    {
        Assert.Equal(expected.Count, file.RowCount);
        // Each file a new name: DuckDB takes one of the same name and size, written within the same second, for the
        // one that it read before.
        _path = Path.Combine(_directory.FullName, $"{Path.GetRandomFileName()}.parquet");
        File.WriteAllBytes(_path, file.Content.Span);
        var actual = new ColumnBatch(expected.Schema);
        using (var result = _duckDb.Query($"SELECT * FROM read_parquet('{_path}')"))
        {
            Assert.Equal(
                expected.Schema.Select(static column => column.Name),
                result.Columns.Select(static column => column.Name));
            result.CopyTo(actual);
        }
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < expected.Columns.Length; i++)
            AssertEqual(expected.Schema[i], expected.Columns[i], actual.Columns[i]);
    }

    static void AssertEqual(ColumnSchema schema, ColumnBuffer expected, ColumnBuffer actual)
    {
        Assert.Equal(expected.NullCount, actual.NullCount);
        for (var row = 0; row < expected.Count; row++)
        {
            var same = expected.IsNull(row) == actual.IsNull(row)
                && (expected.IsNull(row) || (expected.Width == 0
                    ? expected.Value(row).SequenceEqual(actual.Value(row))
                    : expected.FixedValue(row).SequenceEqual(actual.FixedValue(row))));
            Assert.True(same, $"row {row} of {schema.Name} ({schema.Type}, {schema.Precision}) differs");
        }
    }
}
