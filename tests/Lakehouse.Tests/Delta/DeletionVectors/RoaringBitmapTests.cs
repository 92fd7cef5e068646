using System.Buffers.Binary;
using Tapline.Lakehouse.Delta.DeletionVectors;

namespace Tapline.Lakehouse.Tests.Delta.DeletionVectors;

public sealed class RoaringBitmapTests
{
    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_set_holds_what_was_put_in(int seed)
    {
        var rows = RandomRows(new Random(seed));
        var set = new RoaringBitmap([.. rows, .. rows]);
        Assert.Equal(rows.Count, set.Count);
        Assert.Equal(rows.Count == 0 ? -1 : rows.Max(), set.Max);
        Assert.Equal(rows.Order(), set.Rows());
        foreach (var row in rows.Take(500))
        {
            Assert.True(set.Contains(row));
            Assert.Equal(rows.Contains(row + 1), set.Contains(row + 1));
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Union_and_difference_are_those_of_sets(int seed)
    {
        var random = new Random(seed);
        var (left, right) = (RandomRows(random), RandomRows(random));
        var union = Of(left);
        union.UnionWith(Of(right));
        Assert.Equal(left.Union(right).Order(), union.Rows());
        var difference = Of(left);
        difference.ExceptWith(Of(right));
        Assert.Equal(left.Except(right).Order(), difference.Rows());
        // What was given in stays as it was.
        Assert.Equal(right.Order(), Of(right).Rows());
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_set_reads_back_from_both_forms(int seed)
    {
        var rows = RandomRows(new Random(seed));
        Assert.Equal(rows.Order(), RoaringFormat.Parse(RoaringFormat.ToPortable(Of(rows))).Rows());
        var low = rows.Where(static row => row < 3L << 32).ToHashSet();
        Assert.Equal(low.Order(), RoaringFormat.Parse(RoaringFormat.ToNative(Of(low))).Rows());
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Damaged_bytes_are_a_set_or_a_refusal(int seed)
    {
        var random = new Random(seed);
        var bytes = RoaringFormat.ToPortable(Of(RandomRows(random)));
        for (var i = 0; i < 200; i++)
        {
            var damaged = bytes.AsSpan(0, random.Next(4) == 0 ? random.Next(bytes.Length) : bytes.Length).ToArray();
            for (var flips = random.Next(4); flips > 0 && damaged.Length > 0; flips--)
                damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Assert.True(RoaringFormat.Parse(damaged).Count >= 0);
            }
            catch (InvalidDataException e)
            {
                Assert.Contains("wanted", e.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData(1, typeof(RoaringList))]
    [InlineData(4096, typeof(RoaringList))]
    [InlineData(4097, typeof(RoaringBits))]
    [InlineData(32768, typeof(RoaringBits))]
    public void Every_second_row_is_a_list_then_bits(int count, Type kind) => Assert.Equal(
        kind, Assert.Single(Of(Enumerable.Range(0, count).Select(static i => 2L * i)).Chunks).Container.GetType());

    [Theory]
    [InlineData(0, 4)]
    [InlineData(10, 65_536)]
    [InlineData(70_000, 131_000)]
    public void Rows_in_a_row_are_runs(long first, long end)
    {
        var set = Of(Range(first, end));
        Assert.All(set.Chunks, static chunk => Assert.IsType<RoaringRuns>(chunk.Container));
        Assert.Equal(end - first, set.Count);
        Assert.False(set.Contains(first - 1));
        Assert.True(set.Contains(first));
        Assert.True(set.Contains(end - 1));
        Assert.False(set.Contains(end));
    }

    [Fact]
    public void The_layout_is_that_of_the_specification()
    {
        // magic, one bitmap, upper bits 0, cookie without runs, one chunk, key 0, two numbers, offset 16, the numbers
        var bytes = Convert.FromHexString("D1D33964" + "0100000000000000" + "00000000" + "3A300000" + "01000000"
            + "0000" + "0100" + "10000000" + "0500" + "0900");
        Assert.Equal([5, 9], RoaringFormat.Parse(bytes).Rows());
        Assert.Equal(bytes, RoaringFormat.ToPortable(Of([9, 5])));
        // cookie with runs (one chunk, which is runs), key 0, 100 numbers, one run from 7 with 99 more
        var runs = Convert.FromHexString("D1D33964" + "0100000000000000" + "00000000" + "3B300000" + "01"
            + "0000" + "6300" + "0100" + "0700" + "6300");
        Assert.Equal(Range(7, 107), RoaringFormat.Parse(runs).Rows());
        Assert.Equal(runs, RoaringFormat.ToPortable(Of(Range(7, 107))));
    }

    [Fact]
    public void Bytes_of_neither_form_are_refused()
    {
        var bytes = new byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, 7);
        Assert.Contains("7 found", Assert.Throws<InvalidDataException>(() => RoaringFormat.Parse(bytes)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Negative_rows_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RoaringBitmap([3, -1]));

    static RoaringBitmap Of(IEnumerable<long> rows) => new([.. rows]);

    static IEnumerable<long> Range(long first, long end)
    {
        for (var row = first; row < end; row++)
            yield return row;
    }

    /// <summary>Chunks of every kind, near and far.</summary>
    static HashSet<long> RandomRows(Random random)
    {
        var rows = new HashSet<long>();
        for (var chunks = random.Next(6); chunks > 0; chunks--)
        {
            var start = (random.Next(3) == 0 ? random.NextInt64(1L << 40) : random.Next(4)) << 16;
            var count = random.Next(new[] { 50, 5_000, 60_000 }[random.Next(3)]);
            var isRuns = random.Next(2) == 0;
            for (var i = 0; i < count; i++)
                rows.Add(start + (isRuns ? i + (i / 1000 * 7) : random.Next(1 << 16)));
        }
        return rows;
    }
}
