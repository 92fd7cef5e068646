using Tapline.Lakehouse.Parquet.Encodings;

namespace Tapline.Lakehouse.Parquet.Chunks;

/// <summary>Memory that the columns of a file use one after the other.</summary>
sealed class ChunkWorkspace
{
    int[] _codes = [];

    /// <summary>The page being filled.</summary>
    public ByteBuffer Page { get; } = new();

    /// <summary>Values of a trial encoding.</summary>
    public ByteBuffer Sample { get; } = new();

    public BytesDictionary Bytes { get; } = new();

    public NumberDictionary<int> Int32s { get; } = new();

    public NumberDictionary<long> Int64s { get; } = new();

    public NumberDictionary<Int128> Int128s { get; } = new();

    /// <summary>Room for the dictionary codes of so many values; keeps what it holds when it need not grow.</summary>
    public Span<int> Codes(int count)
    {
        if (_codes.Length < count)
            _codes = new int[Math.Max(count, 1024)];
        return _codes.AsSpan(0, count);
    }
}
