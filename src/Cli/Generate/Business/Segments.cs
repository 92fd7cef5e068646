using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate.Business;

/// <summary>How large customers are. Of fifty in a row thirty-five are independent, ten groups, four chains and one an
/// enterprise, with seventy-five locations together: so shares and sizes hold for a business of any size.</summary>
static class Segments
{
    const int Block = 50;

    static readonly (string Segment, int Locations)[] Blocks =
    [
        .. Enumerable.Repeat(("independent", 1), 35),
        ("group", 1), ("group", 1), ("group", 1), ("group", 1), ("group", 1),
        ("group", 2), ("group", 2), ("group", 2), ("group", 2), ("group", 3),
        ("chain", 2), ("chain", 3), ("chain", 4), ("chain", 5),
        ("enterprise", 10),
    ];

    /// <summary>The segment of an account and its number of locations.</summary>
    public static (string Segment, int Locations) Of(ulong seed, int account)
    {
        var (block, place) = Math.DivRem(account, Block);
        var dice = new Dice(seed, (uint)BarKind.Segment, block, 0);
        var order = Enumerable.Range(0, Block).OrderBy(i => dice.Bits(i)).ToArray();
        var (segment, locations) = Blocks[order[place]];
        // Two blocks together have two times ten in their enterprises, five to fifteen each.
        if (segment == "enterprise" && block > 1)
        {
            var first = new Dice(seed, (uint)BarKind.Segment, block / 2 * 2, 1).Between(0, 5, 16);
            locations = block % 2 == 0 ? first : 20 - first;
        }
        return (segment, locations);
    }
}
