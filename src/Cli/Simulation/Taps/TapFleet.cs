using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Simulation.Taps;

/// <summary>The taps of the bars: accounts with their locations, locations with their taps, one after the other, so
/// that tap k is the same one in a fleet of any size.</summary>
static class TapFleet
{
    // Numbers that no tap of a registered fleet has.
    const int UnknownIndexFirst = 1_000_000_000;

    // Shares by country (DOMAIN of the business): US in three parts, GB, DE, AU, CA, IE, IN.
    static readonly (double Share, double UtcOffsetHours)[] Zones =
    [
        (0.30, -5), (0.15, -6), (0.15, -8), (0.15, 0), (0.08, 1), (0.05, 10), (0.05, -5), (0.04, 0), (0.03, 5.5),
    ];

    /// <summary>A fleet of <paramref name="count"/> taps, with those that nobody knows behind them.</summary>
    public static List<TapPlace> Create(ulong seed, int count, FaultRates faults)
    {
        var taps = new List<TapPlace>(count);
        long location = 0;
        for (long account = 0; taps.Count < count; account++)
        {
            var id = TapDice.Account(seed, account, 0).Id(0);
            var offset = Zone(TapDice.Account(seed, account, 1).Unit(0));
            for (var left = LocationsOf(TapDice.Account(seed, account, 2)); left > 0; left--, location++)
                AddLocation(taps, seed, location, id, offset, count);
        }
        taps.AddRange(Unknown(seed, count, faults));
        return taps;
    }

    /// <summary>The taps that nobody knows in a fleet of a size.</summary>
    public static IEnumerable<TapPlace> Unknown(ulong seed, int count, FaultRates faults)
    {
        var unknown = faults.Unknown > 0 ? (int)Math.Ceiling(count * faults.Unknown) : 0;
        return Enumerable.Range(UnknownIndexFirst, unknown).Select(index =>
        {
            var ids = TapDice.Tap(seed, index, TapPurpose.Identity);
            return new TapPlace(index, ids.Id(1), ids.Id(2), ids.Id(0)) { IsUnknown = true };
        });
    }

    static void AddLocation(
        List<TapPlace> taps, ulong seed, long location, Guid account, double offset, int count)
    {
        var traits = TapDice.Location(seed, location, 1);
        var id = TapDice.Location(seed, location, 0).Id(0);
        // Lognormal with mean 1: a few venues have most of the guests.
        var factor = Math.Exp(0.4 * traits.Normal(0) - 0.08);
        for (var left = 1 + traits.Poisson(9, 3); left > 0 && taps.Count < count; left--)
        {
            var index = taps.Count;
            taps.Add(new TapPlace(index, account, id, TapDice.Tap(seed, index, TapPurpose.Identity).Id(0))
            {
                UtcOffsetHours = offset,
                Factor = factor,
            });
        }
    }

    // Independent, group, chain, enterprise: 1, 1 to 3, 2 to 6, 5 to 20 locations.
    static int LocationsOf(Dice dice) => dice.Unit(0) switch
    {
        < 0.70 => 1,
        < 0.90 => 1 + Math.Min(2, dice.Poisson(1, 0.65)),
        < 0.98 => 2 + Math.Min(4, dice.Poisson(1, 1.5)),
        _ => 5 + Math.Min(15, dice.Poisson(1, 5)),
    };

    static double Zone(double at)
    {
        foreach (var (share, offset) in Zones)
        {
            if (at < share)
                return offset;
            at -= share;
        }
        return 0;
    }
}
