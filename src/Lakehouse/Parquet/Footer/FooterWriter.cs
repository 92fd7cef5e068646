using System.Buffers.Binary;
using System.Text;
using Tapline.Lakehouse.Parquet.Chunks;
using Tapline.Lakehouse.Parquet.Encodings;
using Tapline.Lakehouse.Parquet.Schema;
using Tapline.Lakehouse.Parquet.Statistics;
using Tapline.Lakehouse.Parquet.Thrift;

namespace Tapline.Lakehouse.Parquet.Footer;

/// <summary>Ends a file: the metadata, its length, the magic.
/// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (FileMetaData)</summary>
sealed class FooterWriter(
    ByteBuffer file, PhysicalColumn[] columns, ParquetCodec codec, ParquetOptions options)
{
    readonly CompactWriter _thrift = new(file);
    readonly byte[] _createdBy = Encoding.UTF8.GetBytes(options.CreatedBy);

    /// <summary>Writes the footer of a file that so far holds the magic and the row groups' pages.</summary>
    public void Write(IReadOnlyList<RowGroup> rowGroups)
    {
        var start = file.Count;
        _thrift.BeginElement();
        _thrift.Int32(1, 2); // format version
        WriteSchema();
        _thrift.Int64(3, rowGroups.Sum(static group => (long)group.RowCount));
        _thrift.StructList(4, rowGroups.Count);
        for (var i = 0; i < rowGroups.Count; i++)
            WriteRowGroup(rowGroups[i], i);
        _thrift.Binary(6, _createdBy);
        _thrift.StructList(7, columns.Length);
        foreach (var _ in columns)
        {
            _thrift.BeginElement();
            _thrift.EmptyStruct(1); // TypeDefinedOrder: min and max are to be read by the column's type
            _thrift.EndStruct();
        }
        _thrift.EndStruct();
        var size = file.Count - start;
        BinaryPrimitives.WriteInt32LittleEndian(file.Reserve(4), size);
        file.Advance(4);
        file.Write("PAR1"u8);
    }

    void WriteSchema()
    {
        _thrift.StructList(2, columns.Length + 1);
        _thrift.BeginElement();
        _thrift.Binary(4, "schema"u8);
        _thrift.Int32(5, columns.Length);
        _thrift.EndStruct();
        foreach (var column in columns)
            column.WriteSchemaElement(_thrift);
    }

    void WriteRowGroup(RowGroup group, int ordinal)
    {
        _thrift.BeginElement();
        _thrift.StructList(1, group.Chunks.Length);
        foreach (var chunk in group.Chunks)
            WriteChunk(chunk);
        _thrift.Int64(2, group.Chunks.Sum(static chunk => chunk.UncompressedSize));
        _thrift.Int64(3, group.RowCount);
        if (group.Chunks.Length > 0)
            _thrift.Int64(5, group.Chunks[0].Offset);
        _thrift.Int64(6, group.Chunks.Sum(static chunk => chunk.CompressedSize));
        if (ordinal <= short.MaxValue)
            _thrift.Int16(7, (short)ordinal);
        _thrift.EndStruct();
    }

    void WriteChunk(ColumnChunk chunk)
    {
        var usesDictionary = chunk.DictionaryOffset >= 0;
        _thrift.BeginElement();
        _thrift.Int64(2, 0); // file_offset: no longer used, 0 by the specification
        _thrift.BeginStruct(3);
        _thrift.Int32(1, (int)chunk.Column.Physical);
        _thrift.Int32List(2, usesDictionary
            ? [(int)ValueEncoding.Plain, (int)ValueEncoding.Rle, (int)ValueEncoding.RleDictionary]
            : [(int)ValueEncoding.Rle, (int)chunk.Encoding]);
        _thrift.BinaryList(3, chunk.Column.Name);
        _thrift.Int32(4, (int)codec);
        _thrift.Int64(5, chunk.RowCount);
        _thrift.Int64(6, chunk.UncompressedSize);
        _thrift.Int64(7, chunk.CompressedSize);
        _thrift.Int64(9, chunk.DataOffset);
        if (usesDictionary)
            _thrift.Int64(11, chunk.DictionaryOffset);
        WriteStatistics(chunk.Column, chunk.Statistics);
        WriteEncodingCounts(chunk, usesDictionary);
        _thrift.EndStruct();
        _thrift.EndStruct();
    }

    void WriteStatistics(PhysicalColumn column, ColumnStatistics statistics)
    {
        var max = Bound(column, statistics.Max, isMax: true);
        var min = Bound(column, statistics.Min, isMax: false);
        _thrift.BeginStruct(12);
        _thrift.Int64(3, statistics.NullCount);
        if (max is { } upper)
            _thrift.Binary(5, upper.Bytes.Span);
        if (min is { } lower)
            _thrift.Binary(6, lower.Bytes.Span);
        if (max is { } upperBound)
            _thrift.Boolean(7, upperBound.IsExact);
        if (min is { } lowerBound)
            _thrift.Boolean(8, lowerBound.IsExact);
        _thrift.EndStruct();
    }

    FooterBound? Bound(PhysicalColumn column, StatisticsValue? value, bool isMax) =>
        value is { } whole ? FooterBound.Of(column, whole, isMax, options.FooterBoundBytesMax) : null;

    void WriteEncodingCounts(ColumnChunk chunk, bool usesDictionary)
    {
        _thrift.StructList(13, usesDictionary ? 2 : 1);
        if (usesDictionary)
            WriteEncodingCount(pageType: 2, ValueEncoding.Plain, count: 1);
        WriteEncodingCount(pageType: 0, chunk.Encoding, chunk.DataPageCount);
    }

    void WriteEncodingCount(int pageType, ValueEncoding encoding, int count)
    {
        _thrift.BeginElement();
        _thrift.Int32(1, pageType);
        _thrift.Int32(2, (int)encoding);
        _thrift.Int32(3, count);
        _thrift.EndStruct();
    }
}
