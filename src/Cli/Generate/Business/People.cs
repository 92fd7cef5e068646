using Tapline.Cli.Demo;
using Tapline.Cli.Generate.Rows;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate.Business;

/// <summary>What people do with the product, and who comes and goes.</summary>
sealed class People(BarWorld world)
{
    const int DrawsADay = 512;
    const int FeatureEventsADay = 25;
    const int PageEventsADay = 12;
    const long FlushMs = 4 * BarTime.MinuteMs;
    const long LoginEachMs = 6 * BarTime.DayMs;

    // Sunday first; the night shift follows the guests, the office the week.
    static readonly double[] Shifts = [.45, .35, .38, .45, .55, .75, .80];
    static readonly double[] Office = [.10, .75, .78, .78, .75, .70, .12];

    bool _hasDeleted;

    /// <summary>Plans a day of a customer's people.</summary>
    public void PlanDay(Account account)
    {
        for (var i = 0; i < account.Users.Count; i++)
            PlanDay(account.Users[i]);
    }

    /// <summary>Decides, before anything is known of somebody, when their row will be deleted.</summary>
    public void DecideFate(User user)
    {
        var rate = world.Faults["user_deletes"];
        if (rate == 0 || user.Row.Role == "owner")
            return;
        var dice = world.Dice(BarKind.User, user.Index, BarPurpose.Fate);
        var days = dice.Wait(0) / rate * 30;
        if (!_hasDeleted && user.Row is { Role: "bartender", Status: "active" } && !user.Account.IsTest)
            (_hasDeleted, days) = (true, 14.4);
        var at = Math.Max(user.Row.CreatedAt, world.Options.StartMs) + (long)Math.Min(days * BarTime.DayMs, 1e15);
        if (at >= world.Options.EndMs)
            return;
        (user.DeletedAtMs, user.Kept) = (at, new KeptRows());
        world.At(at, () => Delete(user));
    }

    void PlanDay(User user)
    {
        if (user.IsDeleted || user.Account.IsClosed || user.Account.IsDeleted)
            return;
        var n = (long)world.DayNumber * DrawsADay;
        var dice = world.Dice(BarKind.User, user.Index, BarPurpose.Visits);
        if (user.Row.Status == "invited")
        {
            if (dice.Chance(n, 0.15))
                world.At(world.NowMs + dice.Within(n + 1, BarTime.DayMs), () => Update(user, "active"));
            return;
        }
        if (user.Row.Status != "active" || !dice.Chance(n, Share(user)))
            return;
        var offset = BarTime.OffsetMs(world.NowMs, user.Account.Place.TimeZone);
        var isOffice = user.Row.Role is "owner" or "analyst" or "admin";
        var sessions = 1 + dice.Poisson(n + 1, 0.5);
        for (var i = 0; i < sessions; i++)
        {
            var m = n + 8 + i * 64;
            var local = (isOffice ? 8 : 12) * BarTime.HourMs + dice.Within(m, (isOffice ? 10 : 12) * BarTime.HourMs);
            var at = world.NowMs + (local - offset + BarTime.DayMs) % BarTime.DayMs;
            world.At(at, () => new Visit(world, user, dice, m + 1, PageEventsADay / sessions + 1,
                FeatureEventsADay / sessions + 1).Begin());
        }
    }

    double Share(User user)
    {
        var day = (int)DateTimeOffset.FromUnixTimeMilliseconds(world.NowMs).DayOfWeek;
        var usual = user.Row.Role is "bartender" or "manager" ? Shifts[day] : Office[day];
        return Math.Min(0.97, usual * user.Account.Engagement);
    }

    void Update(User user, string status)
    {
        if (user.IsDeleted || user.Account.IsDeleted)
            return;
        var before = user.Row;
        user.Row = before with { Status = status, UpdatedAt = world.NowMs };
        world.Commit(user.Account, RowChange.Update(before, user.Row));
    }

    void Delete(User user)
    {
        if (user.Account.IsDeleted)
            return;
        user.IsDeleted = true;
        user.Account.Users.Remove(user);
        world.Ledger.CountFault("user_deletes");
        world.Commit(user.Account,
        [
            RowChange.Delete(user.Row),
            .. user.Kept!.ToDelete().Select(static row => RowChange.Delete(row) with { IsCascade = true }),
        ]);
    }

    /// <summary>One session: it begins, tells every few minutes what was done, and ends.</summary>
    sealed class Visit(BarWorld world, User user, Dice dice, long n, int pages, int uses)
    {
        readonly long _lastsMs = 5 * BarTime.MinuteMs + dice.Within(n, 50 * BarTime.MinuteMs);
        SessionRow? _row;
        readonly int _pages = pages;
        int _pagesLeft = pages;
        int _usesLeft = uses;
        int _flushes;

        bool IsGone => user.IsDeleted || user.Account.IsDeleted;

        public void Begin()
        {
            if (IsGone)
                return;
            var now = world.NowMs;
            _row = new SessionRow(
                new Dice(world.Options.Seed, (uint)BarKind.Session, user.Index, 0).Id(n), user.Account.Id, user.Id,
                dice.Pick(n + 1, BarWords.Clients), now, null, 0, now, now);
            var changes = new List<RowChange> { RowChange.Insert(_row) };
            user.Kept?.Follow(changes[0]);
            if (now - (user.Row.LastLoginAt ?? 0) > LoginEachMs)
            {
                var before = user.Row;
                user.Row = before with { LastLoginAt = now, UpdatedAt = now };
                changes.Add(RowChange.Update(before, user.Row));
            }
            Assign(changes);
            world.Ledger.Session(user, now);
            world.Commit(user.Account, [.. changes]);
            world.At(now + Math.Min(FlushMs, _lastsMs), Flush);
        }

        // People come into an experiment by the first session that they have while it runs.
        void Assign(List<RowChange> changes)
        {
            if (!user.IsAssigned && world.Experiments.Count > 0 && user.Index % 5 < 3)
            {
                user.IsAssigned = true;
                var experiment = world.Experiments[(int)(user.Index % world.Experiments.Count)];
                var row = new AssignmentRow(experiment.Id, user.Id, user.Account.Id, experiment.FeatureId,
                    dice.Chance(n + 2, 0.5) ? "control" : "treatment", world.NowMs);
                changes.Add(RowChange.Insert(row));
                user.Kept?.Follow(changes[^1]);
            }
        }

        void Flush()
        {
            if (IsGone)
                return;
            var flushes = (int)Math.Max(1, (_lastsMs + FlushMs - 1) / FlushMs);
            var left = Math.Max(1, flushes - _flushes);
            var (now, changes) = (world.NowMs, new List<RowChange>());
            for (var count = (_pagesLeft + left - 1) / left; count > 0; count--)
                changes.Add(Page(_pagesLeft--));
            var delayMs = LateMs(_flushes);
            var used = new List<RowChange>();
            for (var count = (_usesLeft + left - 1) / left; count > 0; count--)
                used.Add(Use(_usesLeft--, now, delayMs));
            _flushes++;
            if (delayMs == 0)
                Add(changes, used);
            else if (used.Count > 0)
                TellLate(used, now + delayMs);
            if (_flushes >= flushes)
                changes.Add(End());
            else
                world.At(now + FlushMs, Flush);
            if (changes.Count > 0)
                world.Commit(user.Account, [.. changes]);
        }

        void Add(List<RowChange> changes, List<RowChange> used)
        {
            foreach (var change in used)
                world.Ledger.Use(user, (FeatureUsageRow)change.After!);
            changes.AddRange(used);
        }

        // A telephone in a cellar tells it when it is out again.
        long LateMs(int flush)
        {
            var m = n + 40 + flush * 2;
            return dice.Chance(m, world.Faults["late_usage"])
                ? BarTime.HourMs + dice.Within(m + 1, 9 * BarTime.DayMs)
                : 0;
        }

        // Booked when it is told: what would come behind the end never does.
        void TellLate(List<RowChange> used, long atMs) => world.At(atMs, () =>
        {
            if (user.Account.IsDeleted)
                return;
            world.Ledger.CountFault("late_usage");
            foreach (var change in used)
                world.Ledger.Use(user, (FeatureUsageRow)change.After!);
            world.Commit(user.Account, [.. used]);
        });

        RowChange Page(int number)
        {
            var at = world.NowMs - dice.Within(n * 64 + number, FlushMs / 2);
            var row = new PageEventRow(
                world.Next("page"), _row!.Id, user.Account.Id, user.Id, dice.Pick(n * 64 + number, BarWords.Paths),
                dice.Unit(n * 64 + number) < 0.7 ? "page_view" : dice.Pick(n * 65 + number, BarWords.PageEvents),
                BarTexts.Invariant($$"""{"ms": {{dice.Between(n * 66 + number, 5, 900)}}}"""), at, world.NowMs);
            world.Ledger.Page(user, at);
            return RowChange.Insert(row);
        }

        RowChange Use(int number, long now, long delayMs)
        {
            var m = n * 128 + number;
            var at = now - dice.Within(m, FlushMs / 2);
            var action = dice.Unit(m + 64) switch
            {
                < 0.3 => "view",
                < 0.8 => "use",
                < 0.97 => "complete",
                _ => "error",
            };
            var row = new FeatureUsageRow(
                world.Next("usage"), user.Account.Id, user.Id, FeatureOf(dice.Unit(m + 96)), user.Row.LocationId,
                action, dice.Between(m + 32, 20, 60_000), "{}", at, now + delayMs);
            return RowChange.Insert(row);
        }

        RowChange End()
        {
            var ended = _row! with { EndedAt = world.NowMs, PageViews = _pages, UpdatedAt = world.NowMs };
            var change = RowChange.Update(_row, ended);
            user.Kept?.Follow(change);
            return change;
        }

        // By Zipf's law: the first ones are used most.
        long FeatureOf(double share)
        {
            var total = 0.0;
            foreach (var feature in world.Features)
                total += Math.Pow(feature.Id, -1.1);
            foreach (var feature in world.Features)
            {
                share -= Math.Pow(feature.Id, -1.1) / total;
                if (share < 0)
                    return feature.Id;
            }
            return 1;
        }
    }
}
