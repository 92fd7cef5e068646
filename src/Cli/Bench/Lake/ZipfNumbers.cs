namespace Tapline.Cli.Bench.Lake;

/// <summary>Numbers of which few come often: the k-th most frequent one with a probability of 1/k to the power of 0.99,
/// as in YCSB. The frequent ones lie scattered over the range.</summary>
sealed class ZipfNumbers
{
    const double Skew = 0.99;
    const long Stride = 7_919; // A prime: every number comes once, unless it divides the count.

    readonly Random _random;
    readonly int _count;
    readonly double _sum;
    readonly double _power = 1 / (1 - Skew);
    readonly double _scale;

    /// <summary>Numbers from 0 to below <paramref name="count"/>.</summary>
    public ZipfNumbers(int count, Random random)
    {
        (_count, _random) = (count, random);
        for (var rank = 1; rank <= count; rank++)
            _sum += Math.Pow(rank, -Skew);
        var firstTwo = 1 + Math.Pow(2, -Skew);
        _scale = (1 - Math.Pow(2.0 / count, 1 - Skew)) / (1 - (firstTwo / _sum));
    }

    /// <summary>The next number.</summary>
    public int Next() => (int)(NextRank() * Stride % _count);

    // J. Gray et al., Quickly Generating Billion-Record Synthetic Databases (SIGMOD 1994).
    long NextRank()
    {
        var share = _random.NextDouble();
        var part = share * _sum;
        if (part < 1)
            return 0;
        if (part < 1 + Math.Pow(0.5, Skew))
            return 1;
        var rank = _count * Math.Pow((_scale * share) - _scale + 1, _power);
        return Math.Min((long)rank, _count - 1);
    }
}
