using Tapline.Cli.Demo;
using Tapline.Cli.Generate.Rows;
using Tapline.Cli.Simulation.Taps;

namespace Tapline.Cli.Generate.Business;

/// <summary>Work on taps: installations, visits that are planned, and repairs after outages.</summary>
sealed class Repairs(BarWorld world)
{
    const double RepairedShare = 0.4;

    static readonly long RepairedFromMs = 2 * BarTime.HourMs;

    /// <summary>Customers' trouble with taps makes them write; null until somebody listens.</summary>
    public Action<Account, Location>? Complained { get; set; }

    /// <summary>The ticket of an installation that is done now.</summary>
    public RowChange Installed(Tap tap) => RowChange.Insert(
        Ticket(tap, "installation", "normal", world.NowMs - BarTime.DayMs) with
        {
            Status = "resolved", StartedAt = world.NowMs - BarTime.HourMs, ResolvedAt = world.NowMs, Cost = 120m,
            CreatedAt = world.NowMs, UpdatedAt = world.NowMs,
        });

    /// <summary>An outage has begun. A long one is repaired, often.</summary>
    public void Fail(Tap tap, Outage outage)
    {
        if (tap.Row.Status != "active" || outage.EndMs - outage.StartMs < RepairedFromMs)
            return;
        var dice = world.Dice(BarKind.Tap, tap.Index, BarPurpose.Care);
        var n = outage.StartMs / BarTime.MinuteMs * 8;
        if (dice.Chance(n, 0.1))
            world.At(outage.StartMs + BarTime.HourMs, () => Complained?.Invoke(tap.Account, tap.Location));
        if (!dice.Chance(n + 1, RepairedShare))
            return;
        world.At(outage.StartMs + RepairedFromMs, () =>
        {
            if (!CanBeServiced(tap))
                return;
            tap.IsServiced = true;
            var ticket = Ticket(tap, "corrective", dice.Pick(n + 2, BarWords.Priorities), world.NowMs);
            world.Commit(tap.Account, RowChange.Insert(ticket));
            PlanWork(tap, ticket, world.NowMs + BarTime.HourMs + dice.Within(n + 3, 30 * BarTime.HourMs),
                BarTime.HourMs + dice.Within(n + 4, 3 * BarTime.HourMs), dice.Money(n + 5, 20, 400));
        });
    }

    /// <summary>Plans a visit some days ahead.</summary>
    public void PlanVisit(Tap tap, long n)
    {
        var dice = world.Dice(BarKind.Tap, tap.Index, BarPurpose.Care);
        world.At(world.NowMs + (9 + dice.Between(n, 0, 8)) * BarTime.HourMs, () =>
        {
            if (!CanBeServiced(tap))
                return;
            tap.IsServiced = true;
            var startMs = world.NowMs + (1 + dice.Between(n + 1, 0, 5)) * BarTime.DayMs;
            var ticket = Ticket(tap, dice.Chance(n + 2, 0.8) ? "preventive" : "cleaning", "low", world.NowMs) with
            {
                Status = "scheduled", ScheduledStart = startMs, ScheduledEnd = startMs + 2 * BarTime.HourMs,
            };
            world.Commit(tap.Account, RowChange.Insert(ticket));
            PlanWork(tap, ticket, startMs, 30 * BarTime.MinuteMs + dice.Within(n + 3, BarTime.HourMs),
                dice.Money(n + 4, 40, 90));
        });
    }

    static bool CanBeServiced(Tap tap) =>
        tap.Row.Status == "active" && !tap.IsServiced && !tap.Account.IsDeleted;

    void PlanWork(Tap tap, MaintenanceTicketRow ticket, long startMs, long lastsMs, decimal cost) =>
        world.At(startMs, () =>
        {
            if (tap.Account.IsDeleted)
                return;
            if (tap.Row.Status != "active")
            {
                tap.IsServiced = false;
                world.Commit(tap.Account, RowChange.Update(ticket, ticket with
                {
                    Status = "cancelled", UpdatedAt = world.NowMs,
                }));
                return;
            }
            var begun = ticket with { Status = "in_progress", StartedAt = world.NowMs, UpdatedAt = world.NowMs };
            world.Commit(tap.Account, RowChange.Update(ticket, begun), SetStatus(tap, "maintenance"));
            world.At(world.NowMs + lastsMs, () => Finish(tap, begun, cost));
        });

    void Finish(Tap tap, MaintenanceTicketRow begun, decimal cost)
    {
        tap.IsServiced = false;
        if (tap.Account.IsDeleted)
            return;
        var done = RowChange.Update(begun, begun with
        {
            Status = "resolved", ResolvedAt = world.NowMs, Cost = cost, Notes = "line cleaned;\n\"seal\" checked",
            UpdatedAt = world.NowMs,
        });
        // A customer may have closed meanwhile.
        if (tap.Row.Status == "maintenance")
            world.Commit(tap.Account, done, SetStatus(tap, "active"));
        else
            world.Commit(tap.Account, done);
    }

    RowChange SetStatus(Tap tap, string status)
    {
        var before = tap.Row;
        tap.Row = before with { Status = status, UpdatedAt = world.NowMs };
        return RowChange.Update(before, tap.Row);
    }

    MaintenanceTicketRow Ticket(Tap tap, string kind, string priority, long openedMs) => new(
        world.Next("maintenance"), tap.Id, tap.Location.Id, tap.Account.Id, kind, priority, "open", openedMs, null,
        null, null, null, 0m, null, world.NowMs, world.NowMs);
}
