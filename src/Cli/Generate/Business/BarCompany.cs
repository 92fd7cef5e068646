using Tapline.Cli.Demo;
using Tapline.Cli.Generate.Expected;
using Tapline.Cli.Generate.Rows;
using Tapline.Cli.Simulation.Taps;
using Tapline.Contracts;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate.Business;

/// <summary>The whole business: what stands when it begins, then what happens, in the order of its time, to its
/// end.</summary>
sealed class BarCompany
{
    const int ColumnDay = 20;
    const int RestartDay = 25;
    const int RereadDay = 30;
    const int AccountDeleteDay = 16;
    const int LoyaltyADay = 50;

    readonly BarWorld _world;
    readonly Founder _founder;
    readonly Venues _venues;
    readonly People _people;
    readonly Contracts _contracts;
    readonly Care _care;
    readonly Marketing _marketing;
    readonly List<BarRow> _leads;
    bool _hasLoyalty;
    bool _hasDeleted;

    /// <summary>A business that is about to begin.</summary>
    public BarCompany(GeneratorOptions options, BarLedger ledger)
    {
        _world = new BarWorld(options, ledger);
        _founder = new Founder(_world);
        _care = new Care(_world);
        _venues = new Venues(_world, new Repairs(_world) { Complained = _care.Open });
        _people = new People(_world);
        _contracts = new Contracts(_world, _venues);
        _marketing = new Marketing(_world) { Won = Win };
        StandProducts();
        for (var number = 0; number < options.Size.Accounts; number++)
            _world.Accounts.Add(_founder.Found(number));
        foreach (var account in _world.Accounts)
        {
            _contracts.Stand(account);
            account.Users.ForEach(_people.DecideFate);
        }
        _marketing.StandCampaigns();
        _leads = _marketing.StandLeads();
        PlanDays();
    }

    /// <summary>All that happens.</summary>
    public IEnumerable<BarEvent> Events()
    {
        foreach (var snapshot in Snapshot())
            yield return snapshot;
        SwitchOn();
        var (world, fleet) = (_world, _world.Fleet);
        while (true)
        {
            while (world.TryTake(out var happened))
                yield return happened;
            var (next, tap) = (world.NextMs, fleet.NextMs);
            if (tap is { } tapMs && tapMs < world.Options.EndMs && !(next <= tapMs))
                fleet.Step();
            else if (next is not null)
                world.Step();
            else
                break;
        }
    }

    IEnumerable<BarEvent> Snapshot()
    {
        var (at, accounts) = (_world.Options.StartMs, _world.Accounts);
        BarEvent Of(BarTable table, IEnumerable<(Account?, BarRow)> rows) =>
            new BarEvent.Snapshot(at, table, [.. rows.Select(row => _world.Base(row.Item1, row.Item2))]);
        IEnumerable<(Account?, BarRow)> Plain(IEnumerable<BarRow> rows) =>
            rows.Select(static row => ((Account?)null, row));
        yield return Of(BarTable.Accounts, accounts.Select(static one => ((Account?)one, (BarRow)one.Row)));
        yield return Of(BarTable.Locations,
            accounts.SelectMany(static one => one.Locations.Select(row => ((Account?)one, (BarRow)row.Row))));
        yield return Of(BarTable.Users,
            accounts.SelectMany(static one => one.Users.Select(row => ((Account?)one, (BarRow)row.Row))));
        yield return Of(BarTable.Devices, accounts.SelectMany(static one =>
            one.Locations.SelectMany(static location => location.Taps)
                .Select(row => ((Account?)one, (BarRow)row.Row))));
        yield return Of(BarTable.Features, Plain(_world.Features));
        yield return Of(BarTable.Experiments, Plain(_world.Experiments));
        yield return Of(BarTable.Plans, Plain(_world.Plans));
        yield return Of(BarTable.Subscriptions,
            accounts.SelectMany(static one => one.Subscriptions.Select(row => ((Account?)one, (BarRow)row.Row))));
        yield return Of(BarTable.Campaigns, Plain(_world.Campaigns));
        yield return Of(BarTable.Leads, Plain(_leads.OfType<LeadRow>()));
        yield return Of(BarTable.Touches, Plain(_leads.OfType<TouchRow>()));
        yield return new BarEvent.SnapshotEnd(at);
        _leads.Clear();
    }

    void SwitchOn()
    {
        foreach (var tap in _world.Accounts.SelectMany(static account => account.Locations)
            .SelectMany(static location => location.Taps))
            _venues.SwitchOn(tap, _world.Options.StartMs);
        var taps = _world.Options.Size.Accounts * 6;
        if (!_world.Options.HasDevices)
            return;
        foreach (var place in TapFleet.Unknown(_world.Options.Seed, taps, _world.Faults.OfTaps))
            _world.Fleet.Add(place, null);
    }

    void StandProducts()
    {
        var at = BarTime.Ms(_world.Options.Start.AddDays(-400));
        for (var i = 0; i < _world.Options.Size.Features; i++)
        {
            var category = BarWords.Categories[i % BarWords.Categories.Length];
            _world.Features.Add(new FeatureRow(
                _world.Next("feature"), $"{category}.feature_{i}", $"Feature {i}", category,
                i % 10 == 9 ? "beta" : "ga", i % 3 == 0 ? "{owner,manager,admin}" : "{manager,bartender}", 1 + i % 3,
                BarTime.Day(at), at, at));
        }
        for (var i = 0; i < 4; i++)
        {
            _world.Experiments.Add(new ExperimentRow(
                _world.Next("experiment"), i + 1, $"Experiment {i}", "running",
                BarTime.Ms(_world.Options.Start.AddDays(-20)), null, at, at));
        }
        foreach (var (id, rank, interval, amount, isMetered) in BarWords.Plans)
        {
            _world.Plans.Add(new PlanRow(
                id, id.Replace('_', ' '), rank, interval, amount, isMetered, true, at, at));
        }
    }

    void PlanDays()
    {
        _world.At(_world.Options.StartMs, BeginDay);
        Once(ColumnDay, "column", () =>
        {
            _hasLoyalty = true;
            _world.Tell(new BarEvent.ColumnAdded(_world.NowMs));
        });
        Once(RestartDay, "restart", () => _world.Tell(new BarEvent.Restart(_world.NowMs)));
        Once(RereadDay, "resnapshot", () =>
        {
            var locations = _world.Accounts.SelectMany(static account => account.Locations).ToList();
            locations.ForEach(_venues.CountBadRow);
            _world.Tell(new BarEvent.Reread(
                _world.NowMs, BarTable.Locations, [.. locations.Select(static location => location.Row)]));
        });
    }

    void Once(int day, string fault, Action happens)
    {
        if (_world.Faults[fault] == 0)
            return;
        _world.At(_world.Options.StartMs + day * BarTime.DayMs + BarTime.HourMs / 2, () =>
        {
            _world.Ledger.CountFault(fault);
            happens();
        });
    }

    void BeginDay()
    {
        _world.Ledger.BeginDay(BarTime.Day(_world.NowMs));
        // A day's plans can bring customers, but not before it has begun.
        for (var i = 0; i < _world.Accounts.Count; i++)
            PlanDay(_world.Accounts[i]);
        _world.Accounts.RemoveAll(static account => account.IsDeleted);
        _marketing.PlanDay();
        _world.At(_world.NowMs + BarTime.DayMs, BeginDay);
    }

    void PlanDay(Account account)
    {
        if (account.IsDeleted)
            return;
        var dice = _world.Dice(BarKind.Account, account.Index, BarPurpose.Days);
        var n = (long)_world.DayNumber * 8;
        if (!account.IsClosed)
        {
            _venues.PlanDay(account);
            _people.PlanDay(account);
            _care.PlanDay(account);
        }
        _contracts.PlanDay(account);
        if (_hasLoyalty && dice.Between(n, 0, LoyaltyADay) == 0)
        {
            _world.At(_world.NowMs + dice.Within(n + 1, BarTime.DayMs), () =>
                Update(account, account.Row with { LoyaltyTier = dice.Chance(n + 2, 0.3) ? "gold" : "silver" }));
        }
        if (account.Kept is not null && IsDeletedToday(dice, n + 3))
            _world.At(_world.NowMs + 12 * BarTime.HourMs, () => Delete(account));
    }

    // One customer in a hundred is a test: the rate is one of all customers.
    bool IsDeletedToday(Dice dice, long n)
    {
        var isDue = !_hasDeleted && _world.DayNumber >= AccountDeleteDay;
        _hasDeleted |= isDue;
        return isDue || dice.Chance(n, _world.Faults["account_deletes"] * 100 / 30);
    }

    void Delete(Account account)
    {
        if (account.IsDeleted)
            return;
        account.IsDeleted = true;
        _world.Ledger.CountFault("account_deletes");
        foreach (var tap in account.Locations.SelectMany(static location => location.Taps))
        {
            if (tap.Link is { } link)
                _world.Fleet.SwitchOff(link, _world.NowMs);
        }
        _world.Commit(account, [.. account.Kept!.ToDelete().Select(RowChange.Delete)]);
    }

    void Update(Account account, AccountRow row)
    {
        if (account.IsDeleted)
            return;
        var before = account.Row;
        account.Row = row with { UpdatedAt = _world.NowMs };
        _world.Commit(account, RowChange.Update(before, account.Row));
    }

    (Account, decimal) Win()
    {
        var account = _founder.Found();
        _world.Accounts.Add(account);
        account.Row = account.Row with { Status = "active" };
        _world.Commit(account,
        [
            RowChange.Insert(account.Row),
            .. account.Locations.Select(static location => RowChange.Insert(location.Row)),
            .. account.Users.Select(static user => RowChange.Insert(user.Row)),
            .. account.Locations.SelectMany(static location => location.Taps)
                .Select(static tap => RowChange.Insert(tap.Row)),
            _contracts.Begin(account),
        ]);
        foreach (var user in account.Users)
            _people.DecideFate(user);
        foreach (var tap in account.Locations.SelectMany(static location => location.Taps))
            _venues.PlanInstallation(tap);
        return (account, SubscriptionBook.Mrr(account.Subscriptions[0].Row));
    }
}
