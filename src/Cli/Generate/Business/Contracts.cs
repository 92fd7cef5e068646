using Tapline.Cli.Demo;
using Tapline.Cli.Generate.Rows;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate.Business;

/// <summary>Subscriptions: they are signed, tried, grow, shrink, pause, end, and come back.</summary>
sealed class Contracts(BarWorld world, Venues venues)
{
    const int DrawsADay = 16;
    const double UpgradesAMonth = 0.015;
    const double DowngradesAMonth = 0.006;
    const double PausesAMonth = 0.003;
    const double QuantityADay = 0.01;
    const double TrialShare = 0.25;
    const double TrialConverts = 0.55;
    const double ComesBack = 0.10;
    const long TrialMs = 14 * BarTime.DayMs;
    const long CorrectableMs = 40 * BarTime.DayMs;

    // By the rank of the plan.
    static readonly double[] ChurnAMonth = [0, 0.025, 0.012, 0.005];

    readonly ContractTerms _terms = new(world);
    readonly Billing _billing = new(world);
    bool _hasCorrected;

    /// <summary>The contracts that a customer has had for a while when the business begins.</summary>
    public void Stand(Account account)
    {
        var dice = Of(account);
        Add(account, _terms.Sign(account, 0, account.Row.CreatedAt));
        if (dice.Chance(90, 0.12))
            Add(account, _terms.Sign(account, 1, (account.Row.CreatedAt + world.Options.StartMs) / 2));
        foreach (var subscription in account.Subscriptions)
            Settle(subscription);
    }

    /// <summary>A new customer's first contract; its row is to be committed with the customer.</summary>
    public RowChange Begin(Account account)
    {
        var row = _terms.Sign(account, 0, world.NowMs);
        if (Of(account).Chance(91, TrialShare))
            row = row with { Status = "trialing", TrialEndsAt = world.NowMs + TrialMs };
        var subscription = Add(account, row);
        if (row.TrialEndsAt is { } endsAt)
            world.At(endsAt, () => EndTrial(subscription));
        else
            world.At(world.NowMs + BarTime.HourMs, () => _billing.Invoice(subscription, PastDue));
        PlanRenewal(subscription);
        return RowChange.Insert(row);
    }

    /// <summary>Plans a day of a customer's contracts.</summary>
    public void PlanDay(Account account)
    {
        foreach (var subscription in account.Subscriptions.ToArray())
        {
            if (subscription.IsLive && !account.IsDeleted)
                PlanDay(subscription);
        }
    }

    void PlanDay(Subscription subscription)
    {
        var n = (long)world.DayNumber * DrawsADay;
        var dice = Of(subscription, BarPurpose.Days);
        var (at, draw) = (world.NowMs + BarTime.HourMs + dice.Within(n + 1, 22 * BarTime.HourMs), dice.Unit(n));
        var row = subscription.Row;
        var rank = RankOf(row);
        var churn = ChurnAMonth[rank] / 30 * (subscription.Account.Engagement < 0.7 ? 2 : 1);
        if (TryCorrect(subscription, dice, n + 8, at) || row.Status != "active" || row.CancelAtPeriodEnd)
            return;
        if ((draw -= churn) < 0)
            world.At(at, () => Cancel(subscription, dice.Chance(n + 2, 0.7), dice.Pick(n + 3, BarWords.Reasons)));
        else if ((draw -= UpgradesAMonth / 30) < 0)
            world.At(at, () => ChangePlan(subscription, +1));
        else if ((draw -= DowngradesAMonth / 30) < 0)
            world.At(at, () => ChangePlan(subscription, -1));
        else if ((draw -= PausesAMonth / 30) < 0)
            world.At(at, () => Pause(subscription, 10 + dice.Between(n + 4, 0, 50)));
        else if ((draw -= QuantityADay) < 0)
            world.At(at, () => ChangeQuantity(subscription, dice.Chance(n + 5, 0.7) ? 1 : -1));
    }

    // What was changed lately turns out to have been so for longer, or not quite so.
    bool TryCorrect(Subscription subscription, Dice dice, long n, long atMs)
    {
        var rate = world.Faults["corrections"];
        if (rate == 0 || subscription.ChangedAtMs is not { } changedMs || world.NowMs - changedMs > CorrectableMs)
            return false;
        var isDue = !_hasCorrected && !subscription.Account.IsTest && subscription.Row.Status == "active";
        if (!isDue && !dice.Chance(n, rate))
            return false;
        _hasCorrected |= isDue;
        world.At(atMs, () =>
        {
            if (subscription.Row is not { Status: "active" } || subscription.Account.IsDeleted)
                return;
            var daysBack = dice.Chance(n + 1, 0.9) ? dice.Between(n + 2, 1, 21) : 40;
            world.Ledger.CountFault("corrections");
            Update(subscription, subscription.Row with
            {
                EffectiveAt = world.NowMs - daysBack * BarTime.DayMs,
                Quantity = subscription.Row.Quantity + (dice.Chance(n + 3, 0.5) ? 1 : 0),
                ChangeKind = "correction",
            });
        });
        return true;
    }

    void Cancel(Subscription subscription, bool atPeriodEnd, string reason)
    {
        if (subscription.Row.Status != "active" || subscription.Account.IsDeleted)
            return;
        if (atPeriodEnd)
        {
            Update(subscription, subscription.Row with
            {
                CancelAtPeriodEnd = true, CancelReason = reason, ChangeKind = "change",
            });
            return;
        }
        End(subscription, reason);
    }

    void End(Subscription subscription, string? reason)
    {
        var account = subscription.Account;
        Update(subscription, subscription.Row with
        {
            Status = "canceled", CanceledAt = world.NowMs, CancelReason = reason, EffectiveAt = world.NowMs,
            ChangeKind = "change",
        });
        if (account.Subscriptions.Exists(static other => other.IsLive))
            return;
        SetStatus(account, "suspended", null);
        world.At(world.NowMs + 7 * BarTime.DayMs, () =>
        {
            if (account.Row.Status != "suspended" || account.IsDeleted)
                return;
            SetStatus(account, "closed", world.NowMs);
            venues.Close(account);
        });
        var dice = Of(subscription, BarPurpose.Fate);
        if (dice.Chance(5, ComesBack))
            world.At(world.NowMs + (60 + dice.Between(6, 0, 90)) * BarTime.DayMs, () => ComeBack(subscription));
    }

    void ComeBack(Subscription subscription)
    {
        var account = subscription.Account;
        if (account.IsDeleted)
            return;
        var wasClosed = account.IsClosed;
        SetStatus(account, "active", null);
        Update(subscription, subscription.Row with
        {
            Status = "active", CanceledAt = null, CancelReason = null, CancelAtPeriodEnd = false,
            EffectiveAt = world.NowMs, CurrentPeriodStart = world.NowMs, ChangeKind = "change",
            CurrentPeriodEnd = BarTime.AddMonths(world.NowMs, ContractTerms.MonthsOf(subscription.Row.BillingInterval)),
        });
        if (wasClosed)
            venues.Reopen(account);
        _billing.Invoice(subscription, PastDue);
        PlanRenewal(subscription);
    }

    void EndTrial(Subscription subscription)
    {
        if (subscription.Row.Status != "trialing" || subscription.Account.IsDeleted)
            return;
        if (!Of(subscription, BarPurpose.Fate).Chance(1, TrialConverts))
        {
            End(subscription, "trial ended");
            return;
        }
        Update(subscription, subscription.Row with
        {
            Status = "active", EffectiveAt = world.NowMs, ChangeKind = "change",
        });
        _billing.Invoice(subscription, PastDue);
    }

    void ChangePlan(Subscription subscription, int step)
    {
        var row = subscription.Row;
        var rank = RankOf(row) + step;
        var plan = world.Plans.Find(plan =>
            plan.PlanRank == rank && plan.BillingInterval == row.BillingInterval && !plan.IsMetered);
        if (row.Status != "active" || row.IsMetered || plan is null || subscription.Account.IsDeleted)
            return;
        Update(subscription, row with
        {
            PlanId = plan.Id, UnitAmount = plan.UnitAmount, EffectiveAt = world.NowMs, ChangeKind = "change",
        });
        subscription.ChangedAtMs = world.NowMs;
    }

    void ChangeQuantity(Subscription subscription, int by)
    {
        var row = subscription.Row;
        if (row.Status != "active" || row.Quantity + by < 1 || subscription.Account.IsDeleted)
            return;
        Update(subscription, row with
        {
            Quantity = row.Quantity + by, EffectiveAt = world.NowMs, ChangeKind = "change",
        });
        subscription.ChangedAtMs = world.NowMs;
    }

    void Pause(Subscription subscription, int days)
    {
        if (subscription.Row.Status != "active" || subscription.Account.IsDeleted)
            return;
        SetStatus(subscription, "paused");
        world.At(world.NowMs + days * BarTime.DayMs, () =>
        {
            if (subscription.Row.Status == "paused" && !subscription.Account.IsDeleted)
                SetStatus(subscription, "active");
        });
    }

    // A payment has failed: most pay within two weeks, the others lose their contract.
    void PastDue(Subscription subscription, bool isPaidAfterAll)
    {
        if (subscription.Account.IsDeleted)
            return;
        if (isPaidAfterAll && subscription.Row.Status == "past_due")
            SetStatus(subscription, "active");
        else if (!isPaidAfterAll && subscription.Row.Status == "active")
            SetStatus(subscription, "past_due");
        else if (!isPaidAfterAll && subscription.Row.Status == "past_due")
        {
            SetStatus(subscription, "unpaid");
            world.At(world.NowMs + 7 * BarTime.DayMs, () =>
            {
                if (subscription.Row.Status == "unpaid" && !subscription.Account.IsDeleted)
                    End(subscription, "unpaid");
            });
        }
    }

    void Settle(Subscription subscription)
    {
        PlanRenewal(subscription);
        if (subscription.Row.TrialEndsAt is { } endsAt)
            world.At(endsAt, () => EndTrial(subscription));
    }

    void PlanRenewal(Subscription subscription) =>
        world.At(subscription.Row.CurrentPeriodEnd!.Value, () => Renew(subscription));

    void Renew(Subscription subscription)
    {
        var row = subscription.Row;
        if (!subscription.IsLive || row.CurrentPeriodEnd > world.NowMs || subscription.Account.IsDeleted)
            return;
        if (row.CancelAtPeriodEnd && row.Status is "active" or "past_due")
        {
            End(subscription, row.CancelReason);
            return;
        }
        Update(subscription, row with
        {
            CurrentPeriodStart = row.CurrentPeriodEnd, ChangeKind = "change",
            CurrentPeriodEnd = BarTime.AddMonths(
                row.CurrentPeriodEnd!.Value, ContractTerms.MonthsOf(row.BillingInterval)),
        });
        PlanRenewal(subscription);
        if (row.Status is "active" or "past_due")
            _billing.Invoice(subscription, PastDue);
    }

    static Subscription Add(Account account, SubscriptionRow row)
    {
        var subscription = new Subscription(account.Index * 4L + account.Subscriptions.Count, account, row);
        account.Subscriptions.Add(subscription);
        return subscription;
    }

    void SetStatus(Subscription subscription, string status) => Update(subscription, subscription.Row with
    {
        Status = status, EffectiveAt = world.NowMs, ChangeKind = "change",
    });

    void SetStatus(Account account, string status, long? closedMs)
    {
        var before = account.Row;
        account.Row = before with { Status = status, ClosedAt = closedMs, UpdatedAt = world.NowMs };
        world.Commit(account, RowChange.Update(before, account.Row));
    }

    void Update(Subscription subscription, SubscriptionRow row)
    {
        var before = subscription.Row;
        subscription.Row = row with { UpdatedAt = world.NowMs };
        world.Commit(subscription.Account, RowChange.Update(before, subscription.Row));
    }

    int RankOf(SubscriptionRow row) => world.Plans.Find(plan => plan.Id == row.PlanId)!.PlanRank;

    Dice Of(Account account) => world.Dice(BarKind.Account, account.Index, BarPurpose.Billing);

    Dice Of(Subscription subscription, BarPurpose purpose) =>
        world.Dice(BarKind.Subscription, subscription.Index, purpose);
}
