namespace Tapline.Lakehouse.Parquet.Encodings;

/// <summary>DELTA_LENGTH_BYTE_ARRAY: all lengths by differences, then all bytes as they lie.
/// https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-length-byte-array-delta_length_byte_array--6
/// </summary>
static class DeltaLengthEncoder
{
    /// <summary>Writes strings; value n is at offset [n] to [n+1] of <paramref name="bytes"/>. Needs room for a length
    /// each.</summary>
    public static void Encode(
        ReadOnlySpan<byte> bytes, ReadOnlySpan<int> offsets, Span<int> lengths, ByteBuffer output)
    {
        for (var i = 0; i < lengths.Length; i++)
            lengths[i] = offsets[i + 1] - offsets[i];
        DeltaBinaryPackedEncoder.Encode<int>(lengths, output);
        output.Write(bytes[offsets[0]..offsets[^1]]);
    }
}
