namespace Tapline.Cli.Demo;

/// <summary>Money in and money out.</summary>
sealed class BarSales(BarModel model)
{
    /// <summary>An invoice with the first attempt to collect it.</summary>
    public BarTransaction Invoice()
    {
        var (number, payment) = (model.Next("invoice"), model.Next("payment"));
        var (account, total, failed) = (model.Pick(model.Accounts), model.Money(79, 4_000), model.Chance(15));
        var (id, now) = ($"in_{number}", model.Now);
        var statements = new List<BarStatement>
        {
            new("INSERT INTO billing.invoices (id, account_id, number, status, currency, subtotal, total, issued_at, "
                + "due_at, lines, created_at, updated_at) VALUES ($1, $2, $3, 'open', 'USD', $4, $4, $5, $6, "
                + "$7::jsonb, $5, $5)",
                id, account, $"INV-{number:D7}", total, now, now.AddDays(14),
                $$"""[{"plan": "growth_month", "amount": {{total}}}]"""),
            new("INSERT INTO billing.payments (id, account_id, invoice_id, kind, status, amount, currency, method, "
                + "failure_code, attempted_at, created_at, updated_at) VALUES ($1, $2, $3, 'charge', $4, $5, 'USD', "
                + "'card', $6, $7, $7, $7)",
                $"pay_{payment}", account, id, failed ? "failed" : "succeeded", total,
                failed ? model.Pick(BarWords.Failures) : null, now),
        };
        if (failed)
            model.OpenInvoices.Add((id, account, total));
        else
            statements.Add(Paid(id, total));
        return new BarTransaction(failed ? "a payment fails" : "an invoice is paid", statements);
    }

    /// <summary>An open invoice is paid after all, or given up.</summary>
    public BarTransaction Pay()
    {
        if (model.OpenInvoices.Count == 0)
            return Invoice();
        var (id, account, total) = model.Take(model.OpenInvoices);
        if (model.Chance(20))
        {
            return new BarTransaction("an invoice is written off",
            [
                new BarStatement("UPDATE billing.invoices SET status = 'uncollectible', updated_at = $2 WHERE id = $1",
                    id, model.Now),
            ]);
        }
        return new BarTransaction("an invoice is paid late",
        [
            new BarStatement(
                "INSERT INTO billing.payments (id, account_id, invoice_id, kind, status, amount, currency, method, "
                + "attempted_at, created_at, updated_at) VALUES ($1, $2, $3, 'charge', 'succeeded', $4, 'USD', 'card', "
                + "$5, $5, $5)",
                $"pay_{model.Next("payment")}", account, id, total, model.Now),
            Paid(id, total),
        ]);
    }

    /// <summary>A contract grows, shrinks or ends, and the account with it.</summary>
    public BarTransaction ChangeSubscription()
    {
        var (id, account) = model.Pick(model.Subscriptions);
        if (model.Chance(10))
        {
            return new BarTransaction("a subscription ends",
            [
                new BarStatement(
                    "UPDATE billing.subscriptions SET status = 'canceled', canceled_at = $2, cancel_reason = $3, "
                    + "effective_at = $2, updated_at = $2 WHERE id = $1",
                    id, model.Now, model.Pick(BarWords.Reasons)),
                new BarStatement("UPDATE app.accounts SET status = 'suspended', updated_at = $2 WHERE id = $1", account,
                    model.Now),
            ]);
        }
        return new BarTransaction("a subscription changes",
        [
            new BarStatement(
                "UPDATE billing.subscriptions SET status = 'active', quantity = $2, effective_at = $3, updated_at = $3 "
                    + "WHERE id = $1",
                id, model.Random.Next(1, 12), model.Now),
            new BarStatement("UPDATE app.accounts SET status = 'active', updated_at = $2 WHERE id = $1", account,
                model.Now),
        ]);
    }

    /// <summary>A lead with touches; or a lead converts.</summary>
    public BarTransaction Market()
    {
        if (model.Chance(20))
        {
            var converted = model.Take(model.Leads);
            return new BarTransaction("a lead converts",
            [
                new BarStatement("UPDATE marketing.leads SET status = 'converted', converted_at = $2, updated_at = $2 "
                    + "WHERE id = $1",
                    converted, model.Now),
                new BarStatement(
                    "INSERT INTO marketing.conversions (id, lead_id, kind, mrr_amount, contract_value, converted_at, "
                    + "created_at, updated_at) VALUES ($1, $2, 'closed_won', $3, $4, $5, $5, $5)",
                    model.Next("conversion"), converted, model.Money(79, 900), model.Money(900, 9_000), model.Now),
            ]);
        }
        var (lead, campaign) = (model.Id(), model.Pick(model.Campaigns));
        model.Leads.Add(lead);
        var statements = new List<BarStatement>
        {
            new("INSERT INTO marketing.leads (id, campaign_id, email, company, status, score, created_at, updated_at) "
                + "VALUES ($1, $2, $3, $4, 'new', $5, $6, $6)",
                lead, campaign, $"new{model.Next("lead")}@example.org", $"{model.Pick(BarWords.Nouns)} & Co",
                (short)model.Random.Next(0, 100), model.Now),
        };
        for (var i = model.Random.Next(1, 5); i > 0; i--)
        {
            statements.Add(new BarStatement(
                "INSERT INTO marketing.touches (id, lead_id, campaign_id, kind, touched_at, received_at) VALUES ($1, "
                    + "$2, $3, $4, $5, $5)",
                model.Next("touch"), lead, campaign, model.Pick(BarWords.TouchKinds), model.Tick()));
        }
        return new BarTransaction("a lead arrives", statements);
    }

    /// <summary>A day of spending turns out to belong to another day: its primary key changes.</summary>
    public BarTransaction RedateSpend()
    {
        var spend = model.Take(model.Spend);
        // Each gets a day of its own, so that no two ever meet.
        var day = new DateOnly(2030, 1, 1).AddDays((int)model.Next("redated"));
        model.Spend.Add(spend with { Day = day });
        return new BarTransaction("spending is re-dated",
        [
            new BarStatement(
                "UPDATE marketing.ad_spend SET spend_date = $4, amount = $5, updated_at = $6 "
                + "WHERE campaign_id = $1 AND spend_date = $2 AND platform = $3",
                spend.Campaign, spend.Day, spend.Platform, day, model.Money(5, 900), model.Now),
        ]);
    }

    /// <summary>An account gets a value in the column that was added while the pipeline ran.</summary>
    public BarTransaction Reward() => new("an account is rewarded",
    [
        new BarStatement("UPDATE app.accounts SET loyalty_tier = $2, updated_at = $3 WHERE id = $1",
            model.Pick(model.Accounts), model.Chance(30) ? "gold" : "silver", model.Now),
    ]);

    BarStatement Paid(string id, decimal total) =>
        new("UPDATE billing.invoices SET status = 'paid', amount_paid = $2, paid_at = $3, updated_at = $3 WHERE id = "
            + "$1",
            id, total, model.Now);
}
