using System.Text;

namespace Tapline.Cli.Demo;

/// <summary>The business as it stands before the demo begins: about 80 000 rows in 22 tables, as COPY text.</summary>
sealed class BarBase(BarModel model)
{
    readonly StringBuilder _text = new();

    /// <summary>Every table in an order in which foreign keys hold, each with its columns and rows. The rows of one
    /// table follow from those before: take them in order, each once.</summary>
    public IEnumerable<(string Table, string Columns, string Rows)> Tables()
    {
        yield return Table("app.accounts",
            "id, name, status, segment, industry, country, region, timezone, csm_owner, is_test, attributes, "
                + "created_at, updated_at",
            2_000, Account);
        yield return Table("app.locations",
            "id, account_id, name, venue_type, status, city, region, country, latitude, longitude, timezone, seats, "
            + "address, opened_on, created_at, updated_at",
            3_000, Location);
        yield return Table("app.users",
            "id, account_id, email, full_name, role, status, preferences, created_at, updated_at", 6_000, User);
        yield return Table("app.devices",
            "id, serial_number, account_id, location_id, model, hw_revision, firmware_version, status, line_no, "
            + "product_name, timezone, installed_at, config, created_at, updated_at",
            8_000, Device);
        yield return Table("app.maintenance_tickets",
            "id, device_id, location_id, account_id, kind, priority, status, opened_at, cost, created_at, updated_at",
            1_500, MaintenanceTicket);
        yield return Table("app.features",
            "id, key, name, category, status, audience_roles, min_plan_rank, released_on, created_at, updated_at", 40,
            Feature);
        yield return Table("app.feature_usage_events",
            "id, account_id, user_id, feature_id, action, duration_ms, properties, occurred_at, received_at",
            16_000, Usage);
        yield return Table("app.user_sessions",
            "id, account_id, user_id, client, started_at, ended_at, page_views, created_at, updated_at", 5_000,
            Session);
        yield return Table("app.page_events",
            "id, session_id, account_id, user_id, path, event_name, properties, occurred_at, received_at", 12_000,
            PageEvent);
        yield return Table("app.experiments",
            "id, feature_id, name, status, started_at, created_at, updated_at", 6, Experiment);
        yield return Table("app.experiment_assignments",
            "experiment_id, user_id, account_id, feature_id, variant, assigned_at", 1_200, Assignment);
        yield return Table("app.support_tickets",
            "id, account_id, channel, category, subject, priority, status, opened_at, csat, created_at, updated_at",
            2_500, SupportTicket);
        yield return Table("app.nps_responses", "id, account_id, survey, score, comment, responded_at, created_at",
            1_500, NpsResponse);
        yield return Table("billing.plans",
            "id, name, plan_rank, billing_interval, unit_amount, is_metered, created_at, updated_at",
            BarWords.Plans.Length, Plan);
        yield return Table("billing.subscriptions",
            "id, account_id, plan_id, status, quantity, unit_amount, billing_interval, is_metered, discount_percent, "
            + "currency, started_at, effective_at, created_at, updated_at",
            2_400, Subscription);
        yield return Table("billing.invoices",
            "id, account_id, number, status, currency, subtotal, tax, total, amount_paid, issued_at, due_at, paid_at, "
            + "lines, created_at, updated_at",
            6_000, Invoice);
        yield return Table("billing.payments",
            "id, account_id, kind, status, amount, currency, method, failure_code, attempted_at, created_at, "
                + "updated_at",
            5_000, Payment);
        yield return Table("marketing.campaigns",
            "id, name, channel, objective, status, budget, start_date, end_date, utm, owner, created_at, updated_at",
            60, Campaign);
        yield return Table("marketing.ad_spend",
            "campaign_id, spend_date, platform, amount, impressions, clicks, currency, created_at, updated_at",
            2_400, Spend);
        yield return Table("marketing.leads",
            "id, campaign_id, account_id, email, company, status, score, created_at, updated_at", 3_000, Lead);
        yield return Table("marketing.touches", "id, lead_id, campaign_id, kind, properties, touched_at, received_at",
            6_000, Touch);
        yield return Table("marketing.conversions",
            "id, lead_id, kind, mrr_amount, contract_value, converted_at, created_at, updated_at", 400, Conversion);
    }

    (string, string, string) Table(string table, string columns, int count, Action<int> row)
    {
        _text.Clear();
        for (var i = 0; i < count; i++)
            row(i);
        return (table, columns, _text.ToString());
    }

    void Add(params ReadOnlySpan<object?> row) => CopyText.Append(_text, row);

    void Account(int i)
    {
        var id = model.Id();
        var place = Place();
        var created = model.Past(400);
        model.Accounts.Add(id);
        Add(id, $"{model.Pick(BarWords.Adjectives)} {model.Pick(BarWords.Nouns)} {i}",
            model.Chance(10) ? "trial" : "active",
            model.Pick(BarWords.Segments), model.Pick(BarWords.Industries), place.Country, place.Region, place.Zone,
            model.Chance(60) ? model.Pick(BarWords.FirstNames) : null, i % 100 == 99,
            $$"""{"source": "{{model.Pick(BarWords.Channels)}}", "size": {{model.Random.Next(1, 50)}}}""", created,
            created);
    }

    void Location(int i)
    {
        var id = model.Id();
        var account = i < model.Accounts.Count ? model.Accounts[i] : model.Pick(model.Accounts);
        var place = Place();
        var created = model.Past(400);
        model.Locations.Add((id, account));
        Add(id, account, $"{model.Pick(BarWords.Nouns)} {place.City}", model.Pick(BarWords.Venues), "open",
            place.City, place.Region, place.Country, model.Random.Next(-60_000_000, 60_000_000) / 1_000_000m,
            model.Random.Next(-170_000_000, 170_000_000) / 1_000_000m, place.Zone, model.Random.Next(20, 300),
            // Some venues have a floor plan: a value that PostgreSQL keeps out of line.
            i % 20 == 0 ? model.LargeJson("floor_plan")
                : $$"""{"street": "{{model.Random.Next(1, 400)}} High Street"}""",
            DateOnly.FromDateTime(created), created, created);
    }

    void User(int i)
    {
        var id = model.Id();
        var account = model.Pick(model.Accounts);
        var (first, last) = (model.Pick(BarWords.FirstNames), model.Pick(BarWords.LastNames));
        var created = model.Past(400);
        model.Users.Add((id, account));
        Add(id, account, $"user{i}@example.com", $"{first} {last}", model.Pick(BarWords.Roles), "active",
            i % 50 == 0 ? model.LargeJson("layout") : """{"theme": "dark"}""", created, created);
    }

    void Device(int i)
    {
        var id = model.Id();
        var location = model.Pick(model.Locations);
        var created = model.Past(400);
        model.Devices.Add((id, location.Id, location.Account));
        Add(id, $"TL-{i:D6}", location.Account, location.Id, model.Pick(BarWords.Models), "B",
            model.Pick(BarWords.Firmware),
            "active", model.Random.Next(1, 12), model.Chance(90) ? $"{model.Pick(BarWords.Adjectives)} Lager" : null,
            Place().Zone, created, i % 40 == 0 ? model.LargeJson("calibration") : """{"flow": 1.0}""", created,
            created);
    }

    void MaintenanceTicket(int i)
    {
        var device = model.Pick(model.Devices);
        var opened = model.Past(200);
        var open = model.Chance(30);
        var id = model.Next("maintenance");
        if (open)
            model.OpenMaintenance.Add(id);
        Add(id, device.Id, device.Location, device.Account, "corrective", model.Pick(BarWords.Priorities),
            open ? "open" : "resolved", opened, model.Money(0, 400), opened, opened);
    }

    void Feature(int i)
    {
        model.FeatureCount = i + 1;
        Add(model.Next("feature"), $"feature_{i}", $"Feature {i}",
            BarWords.Categories[i % BarWords.Categories.Length], "ga",
            new[] { "manager", "bartender" }, 1 + i % 3, new DateOnly(2024, 1 + i % 12, 1), model.Past(300),
            model.Past(30));
    }

    void Usage(int i)
    {
        var user = model.Pick(model.Users);
        var at = model.Past(60);
        Add(model.Next("usage"), user.Account, user.Id, model.Random.Next(1, model.FeatureCount + 1),
            model.Pick(BarWords.Actions), model.Random.Next(20, 60_000), "{}", at,
            at.AddMilliseconds(model.Random.Next(900)));
    }

    void Session(int i)
    {
        var id = model.Id();
        var user = model.Pick(model.Users);
        var started = model.Past(60);
        var open = model.Chance(20);
        if (open)
            model.OpenSessions.Add((id, user.Id));
        Add(id, user.Account, user.Id, model.Pick(BarWords.Clients), started,
            open ? null : started.AddMinutes(model.Random.Next(1, 90)), model.Random.Next(1, 30), started, started);
    }

    void PageEvent(int i)
    {
        var user = model.Pick(model.Users);
        var at = model.Past(60);
        Add(model.Next("page"), model.Id(), user.Account, user.Id, model.Pick(BarWords.Paths),
            model.Pick(BarWords.PageEvents),
            $$"""{"ms": {{model.Random.Next(5, 900)}}}""", at, at);
    }

    void Experiment(int i) =>
        Add(model.Next("experiment"), i + 1, $"Experiment {i}", "running", model.Past(60), model.Past(90),
            model.Past(30));

    void Assignment(int i)
    {
        var user = model.Users[i];
        Add(1 + i % 6, user.Id, user.Account, 1 + i % 6, i % 2 == 0 ? "control" : "treatment", model.Past(50));
    }

    void SupportTicket(int i)
    {
        var opened = model.Past(200);
        var open = model.Chance(30);
        var id = model.Next("support");
        if (open)
            model.OpenSupport.Add(id);
        Add(id, model.Pick(model.Accounts), "email", "how-to", model.Pick(BarWords.Subjects),
            model.Pick(BarWords.Priorities),
            open ? "open" : "solved", opened, open ? null : model.Random.Next(1, 6), opened, opened);
    }

    void NpsResponse(int i)
    {
        var at = model.Past(200);
        Add(model.Next("nps"), model.Pick(model.Accounts), "2025-Q1", model.Random.Next(0, 11),
            model.Chance(20) ? "Great,\nmostly." : null, at, at);
    }

    void Plan(int i)
    {
        var plan = BarWords.Plans[i];
        Add(plan.Id, plan.Id.Replace('_', ' '), plan.Rank, plan.Interval, plan.Amount, plan.Metered, model.Past(400),
            model.Past(300));
    }

    void Subscription(int i)
    {
        var id = model.Id();
        var account = i < model.Accounts.Count ? model.Accounts[i] : model.Pick(model.Accounts);
        var plan = model.Pick(BarWords.Plans);
        var started = model.Past(360);
        model.Subscriptions.Add((id, account));
        Add(id, account, plan.Id, model.Chance(8) ? "trialing" : model.Chance(4) ? "past_due" : "active",
            model.Random.Next(1, 6),
            plan.Amount, plan.Interval, plan.Metered, model.Chance(10) ? 15m : 0m, "USD", started, started, started,
            started);
    }

    void Invoice(int i)
    {
        var number = model.Next("invoice");
        var account = model.Pick(model.Accounts);
        var total = model.Money(79, 4_000);
        var issued = model.Past(360);
        var open = model.Chance(10);
        if (open)
            model.OpenInvoices.Add(($"in_{number}", account, total));
        Add($"in_{number}", account, $"INV-{number:D7}", open ? "open" : "paid", "USD", total, 0m, total,
            open ? 0m : total, issued,
            issued.AddDays(14), open ? null : issued.AddDays(3),
            $$"""[{"plan": "growth_month", "quantity": {{i % 7 + 1}}}]""",
            issued, issued);
    }

    void Payment(int i)
    {
        var at = model.Past(360);
        var failed = model.Chance(4);
        Add($"pay_{model.Next("payment")}", model.Pick(model.Accounts), model.Chance(3) ? "refund" : "charge",
            failed ? "failed" : "succeeded", model.Money(79, 4_000), "USD", "card",
            failed ? model.Pick(BarWords.Failures) : null, at, at, at);
    }

    void Campaign(int i)
    {
        var id = model.Id();
        var created = model.Past(300);
        model.Campaigns.Add(id);
        Add(id, $"{model.Pick(BarWords.Adjectives)} {i}", model.Pick(BarWords.Channels), "lead_gen", "active",
            model.Money(1_000, 60_000), DateOnly.FromDateTime(created), null, $$"""{"utm_campaign": "c{{i}}"}""",
            model.Pick(BarWords.FirstNames), created, created);
    }

    void Spend(int i)
    {
        var day = new DateOnly(2025, 1, 1).AddDays(i / model.Campaigns.Count);
        var key = (model.Campaigns[i % model.Campaigns.Count], day, BarWords.Platforms[i % BarWords.Platforms.Length]);
        model.Spend.Add(key);
        Add(key.Item1, day, key.Item3, model.Money(5, 900), model.Random.Next(1_000, 90_000),
            model.Random.Next(10, 2_000),
            "USD", model.Past(90), model.Past(30));
    }

    void Lead(int i)
    {
        var id = model.Id();
        var created = model.Past(200);
        model.Leads.Add(id);
        Add(id, model.Pick(model.Campaigns), null, $"lead{i}@example.org", $"{model.Pick(BarWords.Nouns)} Ltd",
            model.Chance(50) ? "new" : "mql", model.Random.Next(0, 100), created, created);
    }

    void Touch(int i)
    {
        var at = model.Past(180);
        Add(model.Next("touch"), model.Pick(model.Leads), model.Pick(model.Campaigns), model.Pick(BarWords.TouchKinds),
            "{}", at, at);
    }

    void Conversion(int i)
    {
        var at = model.Past(180);
        Add(model.Next("conversion"), model.Pick(model.Leads), "trial", 0m, 0m, at, at, at);
    }

    (string Country, string Region, string City, string Zone) Place() => model.Pick(BarWords.Places);
}
