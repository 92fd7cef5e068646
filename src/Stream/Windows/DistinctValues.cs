using System.Numerics;
using System.Text;
using Tapline.Streaming.Tables;

namespace Tapline.Streaming.Windows;

/// <summary>How many values differ: a set of them up to <see cref="ExactMax"/>, HyperLogLog (Flajolet et al. 2007, with
/// 2^14 registers, standard error 0.8 %) beyond. What was counted does not depend on the order.</summary>
sealed class DistinctValues
{
    /// <summary>So many are counted exactly.</summary>
    public const int ExactMax = 10_000;

    const int Bits = 14;
    const int Registers = 1 << Bits;

    HashSet<string>? _values = new(StringComparer.Ordinal);
    byte[]? _registers;

    /// <summary>How many there are.</summary>
    public long Count => _values?.Count ?? Estimate();

    /// <summary>Takes a value.</summary>
    public void Add(string value)
    {
        if (_registers is not null)
            Register(value);
        else if (_values!.Add(value) && _values.Count > ExactMax)
            Sketch();
    }

    /// <summary>Takes all that another one has.</summary>
    public void Merge(DistinctValues other)
    {
        if (other._registers is { } theirs)
        {
            if (_registers is null)
                Sketch();
            for (var i = 0; i < Registers; i++)
                _registers![i] = Math.Max(_registers[i], theirs[i]);
            return;
        }
        foreach (var value in other._values!)
            Add(value);
    }

    void Sketch()
    {
        _registers = new byte[Registers];
        foreach (var value in _values!)
            Register(value);
        _values = null;
    }

    void Register(string value)
    {
        Span<byte> small = stackalloc byte[256];
        var bytes = Encoding.UTF8.GetByteCount(value) <= small.Length
            ? small[..Encoding.UTF8.GetBytes(value, small)]
            : Encoding.UTF8.GetBytes(value);
        var hash = KeyIndex.Hash(bytes);
        // The register by the first bits, the place of the first 1 in the others.
        var register = (int)(hash >> (64 - Bits));
        var rank = (byte)(BitOperations.LeadingZeroCount((hash << Bits) | (1UL << (Bits - 1))) + 1);
        _registers![register] = Math.Max(_registers[register], rank);
    }

    long Estimate()
    {
        var sum = 0.0;
        var empty = 0;
        foreach (var rank in _registers!)
        {
            sum += Math.ScaleB(1, -rank);
            empty += rank == 0 ? 1 : 0;
        }
        const double Alpha = 0.7213 / (1 + (1.079 / Registers));
        var raw = Alpha * Registers * Registers / sum;
        // Few values: by how many registers are empty, which is exacter there.
        var count = raw <= 2.5 * Registers && empty > 0 ? Registers * Math.Log((double)Registers / empty) : raw;
        return (long)Math.Round(count);
    }
}
