using Tapline.Cli.Generate.Rows;

namespace Tapline.Cli.Generate.Business;

/// <summary>What customers sign.</summary>
sealed class ContractTerms(BarWorld world)
{
    /// <summary>How long a billing interval is.</summary>
    public static int MonthsOf(string interval) => interval switch { "month" => 1, "quarter" => 3, _ => 12 };

    /// <summary>The row of a customer's <paramref name="n"/>-th contract, signed at a time.</summary>
    public SubscriptionRow Sign(Account account, int n, long atMs)
    {
        var index = account.Index * 4L + n;
        var dice = world.Dice(BarKind.Subscription, index, BarPurpose.Traits);
        var rank = account.Row.Segment switch
        {
            "independent" => dice.Unit(0) switch { < 0.6 => 1, < 0.95 => 2, _ => 3 },
            "enterprise" => 3,
            _ => dice.Unit(0) switch { < 0.2 => 1, < 0.8 => 2, _ => 3 },
        };
        var interval = dice.Unit(1) switch { < 0.7 => "month", < 0.8 => "quarter", _ => "year" };
        var plan = n > 0 && dice.Chance(2, 0.4)
            ? world.Plans.Find(static plan => plan.IsMetered)!
            : world.Plans.Find(plan => plan.PlanRank == rank && plan.BillingInterval == interval && !plan.IsMetered)!;
        var discount = dice.Unit(3) switch { < 0.08 => 1, < 0.13 => 2, _ => 0 };
        // The period that the beginning of the business lies in.
        var (from, months) = (atMs, MonthsOf(plan.BillingInterval));
        while (BarTime.AddMonths(from, months) <= world.Options.StartMs)
            from = BarTime.AddMonths(from, months);
        return new SubscriptionRow(
            world.Dice(BarKind.Subscription, index, BarPurpose.Identity).Id(0), account.Id, plan.Id, "active",
            account.Locations.Count, plan.UnitAmount, plan.BillingInterval, plan.IsMetered,
            discount == 0 ? 0m : 5 + dice.Between(4, 0, 21),
            discount == 2 ? atMs + 90 * BarTime.DayMs : null, account.Place.Currency,
            Rate(account.Place.FxRate, dice.Between(5, -20, 21)),
            atMs, null, from, BarTime.AddMonths(from, months), false, null, null, atMs, "change", atMs, atMs);
    }

    // That of the day on which it was signed; it stays.
    static decimal Rate(decimal usual, int thousandths) =>
        usual == 1 ? 1 : decimal.Round(usual * (1 + thousandths / 1000m), 6);
}
