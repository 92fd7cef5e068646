using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Tapline.Lakehouse.Delta.Stats;

namespace Tapline.Lakehouse.Tests.Delta.Stats;

public sealed class StringBoundsTests
{
    static readonly string A32 = new('a', 32);
    static readonly string A31 = new('a', 31);

    [Theory]
    [InlineData("", "")]
    [InlineData("short", "short")]
    public void A_short_text_is_its_own_bound(string text, string bound)
    {
        Assert.Equal(bound, StringBounds.Lower(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(bound, StringBounds.Upper(Encoding.UTF8.GetBytes(text)));
    }

    public static TheoryData<string, string, string?> Cut() => new()
    {
        { A32, A32, A32 },
        { A32 + "b", A32, A32 + "\u007F" },
        { A32 + "~tail", A32, A32 + "\u007F" },
        { A32 + "\u007F", A32, A32 + "\U0010FFFF" },
        { A32 + "é", A32, A32 + "\U0010FFFF" },
        { A32 + "\U0010FFFFb", A32, A32 + "\U0010FFFF\u007F" },
        // The 32nd unit would be half of a pair.
        { A31 + "😀b", A31, A31 + "\U0010FFFF" },
        // Nothing is greater than this prefix, however far one looks.
        { Last(100), Last(16), null },
    };

    static string Last(int count) => string.Concat(Enumerable.Repeat("\U0010FFFF", count));

    [Theory]
    [MemberData(nameof(Cut))]
    public void A_long_text_is_cut_so_that_both_bounds_hold(string text, string lower, string? upper)
    {
        Assert.Equal(lower, StringBounds.Lower(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(upper, StringBounds.Upper(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Bytes_that_are_no_text_have_no_bounds()
    {
        Assert.Null(StringBounds.Lower([0x61, 0xFF]));
        Assert.Null(StringBounds.Upper([0x61, 0xFF]));
    }

    [Fact]
    public void Bounds_hold_in_the_order_of_UTF8()
    {
        var letters = Gen.Elements("a", "z", "~", "\u007F", "é", "\uFFFD", "\uE000", "😀", "\U0010FFFF", " ", "\"");
        var texts = Gen.Choose(0, 90).SelectMany(length => letters.ListOf(length)).Select(string.Concat);
        Prop.ForAll(Arb.From(texts), text =>
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var lower = Encoding.UTF8.GetBytes(StringBounds.Lower(bytes)!);
            var upper = StringBounds.Upper(bytes);
            return lower.AsSpan().SequenceCompareTo(bytes) <= 0
                && (upper is null || Encoding.UTF8.GetBytes(upper).AsSpan().SequenceCompareTo(bytes) >= 0)
                && (upper is null || upper.Length <= 2 * StringBounds.UnitsMax + 2);
        }).QuickCheckThrowOnFailure();
    }
}
