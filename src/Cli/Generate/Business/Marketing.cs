using Tapline.Cli.Demo;
using Tapline.Cli.Generate.Rows;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate.Business;

/// <summary>Campaigns, what they cost, and the leads that they bring.</summary>
sealed class Marketing(BarWorld world)
{
    // So many, by the customers that there are, that six in a hundred converting make two per cent of new customers a
    // month.
    const double LeadsAnAccountDay = 0.0111;
    const double Converts = 0.06;
    const int LeadDaysMax = 60;
    const int SpendDaysKept = 15;
    const int DrawsADay = 32;

    static readonly string[] Objectives = ["awareness", "lead_gen", "trial", "expansion"];

    readonly Dictionary<(Guid, DateOnly, string), AdSpendRow> _spend = [];
    long _leads;

    /// <summary>Called when a lead becomes a customer; gives the customer and what its first contract is worth.
    /// </summary>
    public required Func<(Account Account, decimal Mrr)> Won { get; init; }

    /// <summary>The campaigns.</summary>
    public void StandCampaigns()
    {
        for (var i = 0; i < world.Options.Size.Campaigns; i++)
        {
            var dice = world.Dice(BarKind.Campaign, i, BarPurpose.Traits);
            var started = world.Options.Start.AddDays(-dice.Between(0, 5, 300));
            var at = BarTime.Ms(started);
            world.Campaigns.Add(new CampaignRow(
                world.Dice(BarKind.Campaign, i, BarPurpose.Identity).Id(0),
                $"{dice.Pick(1, BarWords.Adjectives)} {dice.Pick(2, BarWords.Nouns)} {i}",
                BarWords.Channels[i % BarWords.Channels.Length], dice.Pick(3, Objectives), "active",
                dice.Money(4, 1_000, 60_000), started, dice.Chance(5, 0.3) ? started.AddDays(365) : null,
                BarTexts.Invariant($$"""{"utm_campaign": "c{{i}}"}"""), dice.Pick(6, BarTexts.Owners), at, at));
        }
    }

    /// <summary>The leads of the last weeks before the beginning, with what they did until then.</summary>
    public List<BarRow> StandLeads()
    {
        var rows = new List<BarRow>();
        var count = LeadsAnAccountDay * world.Options.Size.Accounts * LeadDaysMax;
        for (var i = 0; i < count; i++)
        {
            var dice = Next(out var index);
            var daysAgo = 1 + dice.Between(0, 0, LeadDaysMax);
            Live(index, world.Options.StartMs - daysAgo * BarTime.DayMs + dice.Within(1, BarTime.DayMs / 2), rows);
        }
        return rows;
    }

    /// <summary>Plans a day.</summary>
    public void PlanDay()
    {
        var day = BarTime.Day(world.NowMs);
        for (var i = 0; i < world.Campaigns.Count; i++)
            PlanSpend(i, day);
        foreach (var key in _spend.Keys.Where(key => key.Item2.AddDays(SpendDaysKept) < day).ToList())
            _spend.Remove(key);
        var mean = LeadsAnAccountDay * world.Options.Size.Accounts;
        var arrivals = new Dice(world.Options.Seed, (uint)BarKind.Lead, world.DayNumber, (uint)BarPurpose.Days);
        var at = arrivals.Wait(0) / mean;
        for (var n = 1; at < 1; n++)
        {
            world.At(world.NowMs + (long)(at * BarTime.DayMs), () =>
            {
                Next(out var index);
                Live(index, world.NowMs, null);
            });
            at += arrivals.Wait(n) / mean;
        }
    }

    void PlanSpend(int number, DateOnly day)
    {
        var campaign = world.Campaigns[number];
        if (campaign.Channel is not ("paid_search" or "paid_social" or "events") || campaign.EndDate < day)
            return;
        var dice = world.Dice(BarKind.Campaign, number, BarPurpose.Days);
        var n = (long)world.DayNumber * DrawsADay;
        for (var p = 0; p < BarWords.Platforms.Length; p++)
        {
            var (platform, m) = (BarWords.Platforms[p], n + p * 8);
            world.At(world.NowMs + 20 * BarTime.HourMs + dice.Within(m, BarTime.HourMs), () =>
            {
                var impressions = dice.Between(m + 1, 500, 20_000);
                var row = new AdSpendRow(
                    campaign.Id, day, platform, dice.Money(m + 2, 5, 300), impressions, impressions / 40, "USD", 1m,
                    world.NowMs, world.NowMs);
                Set(null, row);
            });
            if (dice.Chance(m + 3, world.Faults["spend_updates"]))
                world.At(world.NowMs + 33 * BarTime.HourMs, () => Restate((campaign.Id, day, platform), 1.04m, null));
            if (dice.Chance(m + 4, world.Faults["spend_restated"]))
            {
                world.At(world.NowMs + (3 + dice.Between(m + 5, 0, 12)) * BarTime.DayMs + 10 * BarTime.HourMs,
                    () => Restate((campaign.Id, day, platform), 0.9m, "spend_restated"));
            }
        }
    }

    void Restate((Guid, DateOnly, string) key, decimal factor, string? fault)
    {
        if (!_spend.TryGetValue(key, out var row))
            return;
        if (fault is not null)
            world.Ledger.CountFault(fault);
        Set(row, row with
        {
            Amount = decimal.Round(row.Amount * factor, 2), Clicks = row.Clicks + 3, UpdatedAt = world.NowMs,
        });
    }

    void Set(AdSpendRow? before, AdSpendRow row)
    {
        _spend[(row.CampaignId, row.SpendDate, row.Platform)] = row;
        world.Commit(null, before is null ? RowChange.Insert(row) : RowChange.Update(before, row));
    }

    Dice Next(out long index)
    {
        index = ++_leads;
        return world.Dice(BarKind.Lead, index, BarPurpose.Traits);
    }

    // What lies before the beginning stands there as rows; the rest will happen.
    void Live(long index, long bornMs, List<BarRow>? stands)
    {
        var dice = world.Dice(BarKind.Lead, index, BarPurpose.Visits);
        var campaign = dice.Chance(0, 0.85) ? dice.Pick(1, world.Campaigns).Id : (Guid?)null;
        var lead = new LeadRow(
            world.Dice(BarKind.Lead, index, BarPurpose.Identity).Id(0), campaign, null, $"lead{index}@example.org",
            $"{dice.Pick(2, BarWords.Nouns)} Ltd", "new", dice.Between(3, 0, 100), null, bornMs, bornMs);
        if (stands is null)
            world.Commit(null, RowChange.Insert(lead));
        else
            stands.Add(lead);
        // A geometric number of mean 5.
        var touches = 1 + Math.Min(40, (int)(dice.Wait(4) / -Math.Log(0.8)));
        var (at, n) = (bornMs, 16L);
        for (var i = 0; i < touches; i++, n += 8)
        {
            at += dice.Within(n, LeadDaysMax * BarTime.DayMs / (touches + 1));
            var touch = new TouchRow(
                0, lead.Id, dice.Chance(n + 1, 0.7) ? campaign : dice.Pick(n + 2, world.Campaigns).Id,
                dice.Pick(n + 3, BarWords.TouchKinds), "{}", at, at + 400);
            if (at < world.Options.StartMs)
                stands?.Add(touch with { Id = world.Next("touch") });
            else
                world.At(touch.ReceivedAt, () => world.Commit(null, RowChange.Insert(touch with
                {
                    Id = world.Next("touch"),
                })));
        }
        Follow(new Journey(lead), dice, Math.Max(at, world.Options.StartMs));
    }

    void Follow(Journey journey, Dice dice, long lastMs)
    {
        var converts = dice.Chance(5, Converts);
        if (converts || dice.Chance(6, 0.3))
            world.At(lastMs + dice.Within(7, 2 * BarTime.DayMs), () => journey.Set(world, "mql"));
        if (converts)
        {
            var demoMs = lastMs + (2 * BarTime.DayMs) + dice.Within(8, 3 * BarTime.DayMs);
            world.At(demoMs, () => journey.Set(world, "sql", Conversion(journey, "demo", null, 0m)));
            world.At(demoMs + BarTime.DayMs + dice.Within(9, 4 * BarTime.DayMs), () => Win(journey));
        }
        else if (dice.Chance(10, 0.4))
        {
            world.At(lastMs + (10 * BarTime.DayMs) + dice.Within(11, 10 * BarTime.DayMs),
                () => journey.Set(world, "disqualified"));
        }
    }

    void Win(Journey journey)
    {
        var (account, mrr) = Won();
        journey.Account = account;
        journey.Set(world, "converted", Conversion(journey, "closed_won", account.Id, mrr));
    }

    RowChange Conversion(Journey journey, string kind, Guid? account, decimal mrr) => RowChange.Insert(
        new ConversionRow(world.Next("conversion"), journey.Row.Id, account, kind, mrr, mrr * 12, world.NowMs,
            world.NowMs, world.NowMs));

    /// <summary>A lead on its way.</summary>
    sealed class Journey(LeadRow row)
    {
        public LeadRow Row { get; private set; } = row;

        public Account? Account { get; set; }

        public void Set(BarWorld world, string status, params RowChange[] more)
        {
            var before = Row;
            Row = before with
            {
                Status = status, AccountId = Account?.Id, UpdatedAt = world.NowMs,
                ConvertedAt = status == "converted" ? world.NowMs : null,
            };
            world.Commit(null, [RowChange.Update(before, Row), .. more]);
        }
    }
}
