namespace Tapline.Lakehouse.Parquet.Encodings;

/// <summary>When a dictionary stops to pay: too many distinct values, judged early from how few of the first values
/// repeat, or a table that values collide in.</summary>
readonly struct DictionaryBudget(int valueCount, int distinctMax)
{
    /// <summary>Values after which the first verdict falls.</summary>
    public const int SampleCount = 4096;

    /// <summary>Distinct values allowed.</summary>
    public int DistinctMax { get; } = distinctMax;

    /// <summary>Table steps beyond the first allowed in all.</summary>
    public long ProbesMax { get; } = 16L * valueCount + 1024;

    /// <summary>Whether the first <see cref="SampleCount"/> values promise more distinct ones than allowed. Of S values
    /// drawn from D, about S²/2D repeat.</summary>
    public bool IsHopeless(int distinct)
    {
        var repeated = SampleCount - distinct;
        return 2L * repeated * DistinctMax < (long)SampleCount * SampleCount && distinct > SampleCount / 4;
    }
}
