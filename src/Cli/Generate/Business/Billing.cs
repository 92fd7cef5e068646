using Tapline.Cli.Demo;
using Tapline.Cli.Generate.Rows;

namespace Tapline.Cli.Generate.Business;

/// <summary>Invoices and payments.</summary>
sealed class Billing(BarWorld world)
{
    const double FailedShare = 0.02;
    const double RecoveredShare = 0.70;
    const double RefundedShare = 0.004;
    const int DrawsEach = 16;

    /// <summary>Writes the invoice of a period and collects it. <paramref name="pastDue"/> is told when that fails, and
    /// again, with true, when it is paid after all, or with false when it never will be.</summary>
    public void Invoice(Subscription subscription, Action<Subscription, bool> pastDue)
    {
        if (subscription.Account.IsDeleted || subscription.Row.Status is not ("active" or "past_due"))
            return;
        var n = (long)subscription.Invoices++ * DrawsEach;
        var dice = world.Dice(BarKind.Subscription, subscription.Index, BarPurpose.Billing);
        var (now, row, account) = (world.NowMs, subscription.Row, subscription.Account);
        var subtotal = row.IsMetered
            ? dice.Between(n, 1_000, 60_000) * row.UnitAmount
            : row.Quantity * row.UnitAmount;
        subtotal = decimal.Round(subtotal, 2);
        var discounted = row.DiscountEndsAt is null || row.DiscountEndsAt > now ? row.DiscountPercent : 0;
        var discount = decimal.Round(subtotal * discounted / 100, 2, MidpointRounding.AwayFromZero);
        var tax = decimal.Round((subtotal - discount) * account.Place.TaxRate, 2, MidpointRounding.AwayFromZero);
        var number = world.Next("invoice");
        var invoice = new InvoiceRow(
            $"in_{number}", account.Id, subscription.Id, $"INV-{number:D8}", "open", row.Currency, row.FxRate, subtotal,
            discount, tax, subtotal - discount + tax, 0m, now, now + 14 * BarTime.DayMs, null, row.CurrentPeriodStart,
            row.CurrentPeriodEnd, BarTexts.Line(row.PlanId, row.Quantity, subtotal), now, now);
        if (dice.Chance(n + 1, world.Faults["voided_invoices"]))
        {
            world.Ledger.CountFault("voided_invoices");
            world.Commit(account, RowChange.Insert(invoice));
            world.At(now + BarTime.DayMs + dice.Within(n + 2, 5 * BarTime.DayMs), () => Set(account, invoice, "void"));
            return;
        }
        if (!dice.Chance(n + 3, FailedShare))
        {
            world.Commit(account, RowChange.Insert(invoice), RowChange.Insert(Charge(invoice, "succeeded", null)),
                Paid(invoice));
            if (dice.Chance(n + 4, RefundedShare))
                world.At(now + dice.Within(n + 5, 10 * BarTime.DayMs), () => Refund(account, invoice));
            return;
        }
        world.Commit(account, RowChange.Insert(invoice),
            RowChange.Insert(Charge(invoice, "failed", dice.Pick(n + 6, BarWords.Failures))));
        pastDue(subscription, false);
        var isRecovered = dice.Chance(n + 7, RecoveredShare);
        var waitsMs = BarTime.DayMs + (isRecovered ? dice.Within(n + 8, 13 * BarTime.DayMs) : 20 * BarTime.DayMs);
        world.At(now + waitsMs, () =>
        {
            if (account.IsDeleted)
                return;
            if (isRecovered)
                world.Commit(account, RowChange.Insert(Charge(invoice, "succeeded", null)), Paid(invoice));
            else
                Set(account, invoice, "uncollectible");
            pastDue(subscription, isRecovered);
        });
    }

    RowChange Paid(InvoiceRow invoice) => RowChange.Update(invoice, invoice with
    {
        Status = "paid", AmountPaid = invoice.Total, PaidAt = world.NowMs, UpdatedAt = world.NowMs,
    });

    void Set(Account account, InvoiceRow invoice, string status)
    {
        if (!account.IsDeleted)
        {
            world.Commit(account, RowChange.Update(invoice, invoice with
            {
                Status = status, UpdatedAt = world.NowMs,
            }));
        }
    }

    void Refund(Account account, InvoiceRow invoice)
    {
        if (!account.IsDeleted)
        {
            world.Commit(account, RowChange.Insert(Charge(invoice, "succeeded", null) with
            {
                Kind = "refund", Amount = decimal.Round(invoice.Total / 2, 2),
            }));
        }
    }

    PaymentRow Charge(InvoiceRow invoice, string status, string? failure) => new(
        $"pay_{world.Next("payment")}", invoice.AccountId, invoice.SubscriptionId, invoice.Id, "charge", status,
        invoice.Total, invoice.Currency, invoice.FxRate, "card", failure, world.NowMs, world.NowMs, world.NowMs);
}
