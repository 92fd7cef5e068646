using Tapline.Lakehouse.Parquet.Encodings;
using Tapline.Lakehouse.Parquet.Thrift;

namespace Tapline.Lakehouse.Parquet.Pages;

/// <summary>Puts pages into the file: header, then the compressed bytes. Data pages are of version 1, which every
/// reader has. https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
/// (PageHeader)</summary>
sealed class PageWriter(ByteBuffer file, PageCompressor compressor)
{
    const int DataPage = 0;
    const int DictionaryPage = 2;

    readonly CompactWriter _thrift = new(file);

    /// <summary>The file's bytes so far, which is where the next page begins.</summary>
    public int Position => file.Count;

    /// <summary>The codec of all pages.</summary>
    public ParquetCodec Codec => compressor.Codec;

    /// <summary>Writes a data page of so many rows, nulls among them; returns its uncompressed size with its
    /// header.</summary>
    public long WriteData(ReadOnlySpan<byte> page, int rowCount, ValueEncoding encoding) =>
        Write(page, DataPage, headerField: 5, rowCount, encoding);

    /// <summary>Writes the dictionary page of a chunk; returns its uncompressed size with its header.</summary>
    public long WriteDictionary(ReadOnlySpan<byte> page, int entryCount) =>
        Write(page, DictionaryPage, headerField: 7, entryCount, ValueEncoding.Plain);

    long Write(ReadOnlySpan<byte> page, int type, short headerField, int valueCount, ValueEncoding encoding)
    {
        var compressed = compressor.Compress(page);
        var start = file.Count;
        _thrift.BeginElement();
        _thrift.Int32(1, type);
        _thrift.Int32(2, page.Length);
        _thrift.Int32(3, compressed.Length);
        _thrift.BeginStruct(headerField);
        _thrift.Int32(1, valueCount);
        _thrift.Int32(2, (int)encoding);
        if (type == DataPage)
        {
            _thrift.Int32(3, (int)ValueEncoding.Rle); // definition levels
            _thrift.Int32(4, (int)ValueEncoding.Rle); // repetition levels: none, as all columns are flat
        }
        _thrift.EndStruct();
        _thrift.EndStruct();
        var headerSize = file.Count - start;
        file.Write(compressed);
        return headerSize + page.Length;
    }
}
