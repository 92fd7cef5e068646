using FsCheck;
using FsCheck.Fluent;
using Tapline.Lakehouse.Parquet;
using Tapline.Lakehouse.Parquet.Encodings;

namespace Tapline.Lakehouse.Tests.Parquet;

public sealed class EncoderTests
{
    [Fact]
    public void The_hybrid_of_runs_and_packed_bits_decodes_to_its_input() => ForSeeds(random =>
    {
        var width = random.Next(1, 32);
        var values = new List<int>();
        for (var part = random.Next(6); part >= 0; part--)
        {
            var repeats = random.Next(2) == 0;
            var value = random.Next(1 << (width - 1)) * 2L + random.Next(2);
            for (var i = random.Next(100); i > 0; i--)
                values.Add((int)(repeats ? value : random.NextInt64(1L << width)));
        }
        var output = new ByteBuffer();
        RleBitPackedEncoder.Encode([.. values], width, output);
        Assert.Equal(values, BitByBitReader.Hybrid(output.Written, width, values.Count));
    });

    [Fact]
    public void The_hybrid_of_bits_decodes_from_any_start() => ForSeeds(random =>
    {
        var bits = new bool[random.Next(1, 700)];
        var stays = random.Next(2) == 0 ? 0.5 : 0.99;
        for (var i = 1; i < bits.Length; i++)
            bits[i] = random.NextDouble() < stays ? bits[i - 1] : !bits[i - 1];
        var words = new ulong[(bits.Length + 63) / 64];
        for (var i = 0; i < bits.Length; i++)
            words[i / 64] |= bits[i] ? 1UL << (i % 64) : 0;
        var start = random.Next(bits.Length);
        var count = random.Next(1, bits.Length - start + 1);
        var output = new ByteBuffer();
        RleBitPackedEncoder.EncodeBits(words, start, count, output);
        var expected = bits.Skip(start).Take(count).Select(static bit => bit ? 1 : 0).ToArray();
        Assert.Equal(expected, BitByBitReader.Hybrid(output.Written, 1, count));
        Assert.Equal(expected.Sum(), BitRun.CountSet(words, start, count));
    });

    [Fact]
    public void Long_runs_take_few_bytes()
    {
        var output = new ByteBuffer();
        RleBitPackedEncoder.Encode(Enumerable.Repeat(5, 100_000).ToArray(), 7, output);
        Assert.Equal(4, output.Count); // A header of three bytes and the value.
    }

    [Fact]
    public void Differences_of_64_bits_decode_to_their_input_however_they_wrap() => ForSeeds(random =>
    {
        var values = Numbers(random, long.MinValue, long.MaxValue);
        var output = new ByteBuffer();
        DeltaBinaryPackedEncoder.Encode<long>(values, output);
        Assert.Equal(values, BitByBitReader.Deltas(output.Written, is32Bit: false));
    });

    [Fact]
    public void Differences_of_32_bits_decode_to_their_input_however_they_wrap() => ForSeeds(random =>
    {
        var values = Numbers(random, int.MinValue, int.MaxValue);
        var output = new ByteBuffer();
        DeltaBinaryPackedEncoder.Encode<int>(values.Select(static value => (int)value).ToArray(), output);
        Assert.Equal(values, BitByBitReader.Deltas(output.Written, is32Bit: true));
    });

    [Fact]
    public void Strings_get_the_codes_of_a_plain_dictionary() => ForSeeds(random =>
    {
        var strings = new byte[random.Next(1, 6000)][];
        var distinct = random.Next(1, 3000);
        var lengthMax = random.Next(1, 40);
        for (var i = 0; i < strings.Length; i++)
        {
            // The same slot makes the same string; neighbours differ in one byte only.
            var slot = random.Next(distinct);
            strings[i] = new byte[slot % lengthMax];
            if (strings[i].Length > 0)
                strings[i][slot / lengthMax % strings[i].Length] = (byte)(slot & 0xFF);
        }
        int[] offsets = [0, .. strings.Select(static text => text.Length).Scan()];
        var codes = new int[strings.Length];
        var dictionary = new BytesDictionary();
        byte[] bytes = [.. strings.SelectMany(static text => text)];
        Assert.True(dictionary.TryEncode(bytes, offsets, codes, Unlimited(strings.Length), long.MaxValue));
        var seen = new Dictionary<string, int>();
        Assert.Equal(strings.Select(text => CodeOf(seen, Convert.ToHexString(text))), codes);
        Assert.Equal(seen.Count, dictionary.Count);
    });

    [Fact]
    public void Numbers_get_the_codes_of_a_plain_dictionary() => ForSeeds(random =>
    {
        var values = Numbers(random, long.MinValue, long.MaxValue);
        var codes = new int[values.Length];
        var dictionary = new NumberDictionary<long>();
        Assert.True(dictionary.TryEncode(values, codes, Unlimited(values.Length)));
        var seen = new Dictionary<long, int>();
        Assert.Equal(values.Select(value => CodeOf(seen, value)), codes);
        Assert.Equal(seen.Keys.OrderBy(key => seen[key]), dictionary.Entries.ToArray());
    });

    [Fact]
    public void A_dictionary_gives_up_on_values_that_do_not_repeat()
    {
        var values = Enumerable.Range(0, 100_000).Select(static i => (long)i * i).ToArray();
        var dictionary = new NumberDictionary<long>();
        Assert.False(dictionary.TryEncode(values, new int[values.Length], new DictionaryBudget(values.Length, 50_000)));
        Assert.Equal(DictionaryBudget.SampleCount, dictionary.Count);
    }

    // Distinct values without limit, so that a dictionary never gives up.
    static DictionaryBudget Unlimited(int count) => new(count, int.MaxValue);

    static int CodeOf<T>(Dictionary<T, int> seen, T value)
        where T : notnull
    {
        if (!seen.TryGetValue(value, out var code))
            seen.Add(value, code = seen.Count);
        return code;
    }

    static long[] Numbers(Random random, long min, long max)
    {
        var values = new long[random.Next(1, 400)];
        var kind = random.Next(4);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = kind switch
            {
                0 => random.Next(2) == 0 ? min : max,
                1 => i * 1000L,
                2 => random.NextInt64(min, max),
                _ => random.Next(-100, 100),
            };
        }
        return values;
    }

    static void ForSeeds(Action<Random> property) =>
        Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => property(new Random(seed)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithStartSize(1000));
}

static class RunningSum
{
    public static IEnumerable<int> Scan(this IEnumerable<int> values)
    {
        var sum = 0;
        foreach (var value in values)
            yield return sum += value;
    }
}
