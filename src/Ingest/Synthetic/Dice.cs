using System.Buffers.Binary;

namespace Tapline.Ingest.Synthetic;

/// <summary>Random numbers by position: the n-th number of a stream is the same whatever was drawn before, so that one
/// entity's life does not depend on how many others there are.</summary>
public readonly record struct Dice
{
    readonly ulong _key;

    /// <summary>The stream of one purpose of one entity.</summary>
    /// <param name="seed">The seed of the world.</param>
    /// <param name="kind">What sort of entity it is.</param>
    /// <param name="index">Which one.</param>
    /// <param name="purpose">What the numbers are for.</param>
    public Dice(ulong seed, uint kind, long index, uint purpose)
    {
        unchecked
        {
            _key = Mix(Mix(Mix(Mix(seed) ^ kind) ^ (ulong)index) ^ purpose);
        }
    }

    /// <summary>64 random bits.</summary>
    public ulong Bits(long n) => unchecked(Mix(_key + (ulong)n * 0x9E3779B97F4A7C15));

    /// <summary>A number from 0 to below 1.</summary>
    public double Unit(long n) => (Bits(n) >> 11) * (1.0 / (1UL << 53));

    /// <summary>Whether something happens that has this share.</summary>
    public bool Chance(long n, double share) => Unit(n) < share;

    /// <summary>A whole number from <paramref name="min"/> to below <paramref name="end"/>.</summary>
    public int Between(long n, int min, int end) => min + (int)(Unit(n) * (end - min));

    /// <summary>An exponential number of mean 1: the wait for what comes at random.</summary>
    public double Wait(long n) => -Math.Log(1 - Unit(n));

    /// <summary>A normal number of mean 0 and deviation 1.</summary>
    public double Normal(long n) =>
        Math.Sqrt(2 * Wait(unchecked(n * 2))) * Math.Cos(2 * Math.PI * Unit(unchecked(n * 2 + 1)));

    /// <summary>A Poisson number, for small means.</summary>
    public int Poisson(long n, double mean)
    {
        var (left, count) = (Unit(n), 0);
        for (var term = Math.Exp(-mean); left >= term && count < 1000; term *= mean / count)
        {
            left -= term;
            count++;
        }
        return count;
    }

    /// <summary>An identifier of version 4.</summary>
    public Guid Id(long n)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, Bits(unchecked(n * 2)));
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], Bits(unchecked(n * 2 + 1)));
        bytes[6] = (byte)(bytes[6] & 0x0F | 0x40);
        bytes[8] = (byte)(bytes[8] & 0x3F | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    // SplitMix64 (Steele, Lea and Flood, 2014): one step of it is a good hash.
    static ulong Mix(ulong value)
    {
        unchecked
        {
            value += 0x9E3779B97F4A7C15;
            value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9;
            value = (value ^ value >> 27) * 0x94D049BB133111EB;
            return value ^ value >> 31;
        }
    }
}
