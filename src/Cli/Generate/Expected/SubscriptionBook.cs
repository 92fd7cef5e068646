using Tapline.Cli.Generate.Rows;
using Tapline.Contracts;

namespace Tapline.Cli.Generate.Expected;

/// <summary>What each subscription was worth a month, since when, by the rules of the business and nothing else.
/// </summary>
sealed class SubscriptionBook
{
    const int BackdatedDaysMax = 35;

    readonly SortedDictionary<Guid, Timeline> _timelines = [];

    /// <summary>What a contract is worth a month, USD.</summary>
    public static decimal Mrr(SubscriptionRow row)
    {
        if (row.Status is not ("active" or "past_due") || row.IsMetered)
            return 0;
        var discount = row.DiscountEndsAt is null ? row.DiscountPercent : 0;
        var period = row.Quantity * row.UnitAmount * (100 - discount) / 100 * row.FxRate;
        var month = row.BillingInterval switch
        {
            "month" => period,
            "quarter" => period / 3,
            "year" => period / 12,
            _ => period * 13 / 3,
        };
        return decimal.Round(month, 2, MidpointRounding.AwayFromZero);
    }

    /// <summary>Notes one that stands at the beginning.</summary>
    public void Stand(SubscriptionRow row)
    {
        var timeline = new Timeline(row.AccountId) { Image = row };
        timeline.Versions.Add((row.EffectiveAt, Mrr(row), 0));
        _timelines.Add(row.Id, timeline);
    }

    /// <summary>Follows a change.</summary>
    public void Change(RowChange change, long commitMs)
    {
        var row = (SubscriptionRow)change.Row;
        if (!_timelines.TryGetValue(row.Id, out var timeline))
            _timelines.Add(row.Id, timeline = new Timeline(row.AccountId));
        timeline.Change(change.Kind == ChangeKind.Delete ? null : row, commitMs);
    }

    /// <summary>The days on which a subscription's worth changed, each with what it was before and after.</summary>
    public IEnumerable<(Guid Subscription, Guid Account, DateOnly Day, decimal Before, decimal After)> Movements()
    {
        foreach (var (id, timeline) in _timelines)
        {
            var before = 0m;
            foreach (var day in timeline.Versions.GroupBy(static version => BarTime.Day(version.FromMs)))
            {
                var after = day.Last().Mrr;
                if (after != before)
                    yield return (id, timeline.Account, day.Key, before, after);
                before = after;
            }
        }
    }

    /// <summary>By account, the days on which it moved.</summary>
    public IEnumerable<AccountMovement> AccountMovements()
    {
        foreach (var account in Movements().GroupBy(static movement => movement.Account)
            .OrderBy(static group => group.Key))
        {
            var (closing, hasPaid) = (0m, false);
            foreach (var day in account.GroupBy(static movement => movement.Day).OrderBy(static group => group.Key))
            {
                var up = day.Sum(static movement => Math.Max(movement.After - movement.Before, 0));
                var down = day.Sum(static movement => Math.Max(movement.Before - movement.After, 0));
                var (before, after) = (closing, closing + up - down);
                var (began, goesOn) = (before == 0 && after > 0, before > 0 && after > 0);
                yield return new AccountMovement(account.Key, day.Key, before, after)
                {
                    New = began && !hasPaid ? after : 0,
                    Reactivation = began && hasPaid ? after : 0,
                    Expansion = goesOn ? up : 0,
                    Contraction = goesOn ? down : 0,
                    Churned = before > 0 && after == 0 ? before : 0,
                };
                (closing, hasPaid) = (after, hasPaid || after > 0);
            }
        }
    }

    sealed class Timeline(Guid account)
    {
        int _images;

        public Guid Account => account;

        // In order of time; each with the number of the image that made it.
        public List<(long FromMs, decimal Mrr, int Image)> Versions { get; } = [];

        public SubscriptionRow? Image { get; set; }

        public void Change(SubscriptionRow? row, long commitMs)
        {
            var mrr = row is null ? 0 : Mrr(row);
            var from = row is null ? commitMs : Math.Min(row.EffectiveAt, commitMs);
            if (row is { ChangeKind: "change" } && Image is not null && mrr != Mrr(Image)
                && row.EffectiveAt == Image.EffectiveAt)
                from = commitMs;
            else if (row is not null && BarTime.Day(from) < BarTime.Day(commitMs).AddDays(-BackdatedDaysMax))
                from = BarTime.Ms(BarTime.Day(commitMs).AddDays(-BackdatedDaysMax));
            var corrected = row is { ChangeKind: "correction" } ? _images : -1;
            Versions.RemoveAll(version => version.Image == corrected || version.FromMs >= from);
            Versions.Add((from, mrr, ++_images));
            Image = row;
        }
    }
}

/// <summary>A day on which a customer's worth moved.</summary>
sealed record AccountMovement(Guid Account, DateOnly Day, decimal Before, decimal After)
{
    public decimal New { get; init; }

    public decimal Reactivation { get; init; }

    public decimal Expansion { get; init; }

    public decimal Contraction { get; init; }

    public decimal Churned { get; init; }
}
