using System.Collections.Immutable;
using Tapline.Contracts.Columns;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.Parquet.Chunks;
using Tapline.Lakehouse.Parquet.Footer;
using Tapline.Lakehouse.Parquet.Pages;
using Tapline.Lakehouse.Parquet.Schema;
using Tapline.Lakehouse.Parquet.Statistics;

namespace Tapline.Lakehouse.Parquet;

/// <summary>Writes Parquet files of one schema, one after the other, into memory that it keeps. All columns are
/// optional and flat. A file stays under 2 GiB. Not thread-safe; after an exception the file at hand is lost and
/// <see cref="Reset"/> makes the writer usable again.</summary>
public sealed class ParquetFileWriter : IDisposable
{
    readonly ImmutableArray<ColumnSchema> _schema;
    readonly PhysicalColumn[] _columns;
    readonly ColumnChunkWriter[] _writers;
    readonly PageCompressor _compressor;
    readonly FooterWriter _footer;
    readonly ByteBuffer _file = new();
    readonly List<RowGroup> _rowGroups = [];
    bool _finished;

    /// <summary>A writer for files of these columns; <paramref name="fieldIds"/> has an id for each, 0 for none, or
    /// nothing.</summary>
    public ParquetFileWriter(
        ImmutableArray<ColumnSchema> columns, ParquetOptions options, ImmutableArray<int> fieldIds = default)
    {
        _schema = columns;
        _columns = [.. columns.Select((column, i) =>
            new PhysicalColumn(column, fieldIds.IsDefaultOrEmpty ? 0 : fieldIds[i]))];
        _compressor = new PageCompressor(options.Codec, options.ZstdLevel);
        var pages = new PageWriter(_file, _compressor);
        var workspace = new ChunkWorkspace();
        _writers = [.. _columns.Select(column => ColumnChunkWriter.For(column, pages, workspace, options))];
        _footer = new FooterWriter(_file, _columns, _compressor.Codec, options);
        Reset();
    }

    /// <summary>The codec in use: gzip where the native library of the codec asked for is missing.</summary>
    public ParquetCodec Codec => _compressor.Codec;

    /// <summary>Bytes of the file at hand so far, without its footer.</summary>
    public long ByteCount => _finished ? 0 : _file.Count;

    /// <summary>Writes all rows of the batch as one row group; an empty batch adds nothing.</summary>
    public void WriteRowGroup(ColumnBatch batch)
    {
        if (!batch.Schema.AsSpan().SequenceEqual(_schema.AsSpan()))
            throw new ArgumentException("the batch has other columns than the file", nameof(batch));
        if (_finished)
            Reset();
        var rowCount = batch.Count;
        if (rowCount == 0)
            return;
        var chunks = new ColumnChunk[_writers.Length];
        for (var i = 0; i < chunks.Length; i++)
        {
            if (batch.Columns[i].Count != rowCount)
                throw new ArgumentException($"column {_schema[i].Name} is not as long as the first one", nameof(batch));
            chunks[i] = _writers[i].Write(batch.Columns[i]);
        }
        _rowGroups.Add(new RowGroup(chunks, rowCount));
    }

    /// <summary>Ends the file. Its content stays valid until the next call on this writer, which begins a new
    /// one.</summary>
    public ParquetFile Finish()
    {
        if (_finished)
            Reset();
        _footer.Write(_rowGroups);
        _finished = true;
        var statistics = _columns.Select((column, i) => _rowGroups.Aggregate(
            ColumnStatistics.Empty(column.Type), (sum, group) => sum.With(group.Chunks[i].Statistics)));
        return new ParquetFile(
            _file.WrittenMemory, _rowGroups.Sum(static group => (long)group.RowCount), [.. statistics]);
    }

    /// <summary>Drops the file at hand and begins a new one.</summary>
    public void Reset()
    {
        _finished = false;
        _rowGroups.Clear();
        _file.Clear();
        _file.Write("PAR1"u8);
    }

    /// <inheritdoc/>
    public void Dispose() => _compressor.Dispose();
}
