using Tapline.Cli.Demo;
using Tapline.Cli.Generate.Rows;
using Tapline.Cli.Simulation.Taps;

namespace Tapline.Cli.Generate.Business;

/// <summary>What happens to venues and their taps: they are installed, updated, moved and switched off.</summary>
sealed class Venues(BarWorld world, Repairs repairs)
{
    const double FirmwareADay = 0.02;
    const double RenovationADay = 0.003;
    const int SeatsTooMany = 250_000;
    const int SeatsMax = 100_000;
    const int DrawsADay = 16;

    bool _hasMoved;

    /// <summary>A tap that stands is switched on.</summary>
    public void SwitchOn(Tap tap, long atMs)
    {
        if (!world.Options.HasDevices)
            return;
        var place = new TapPlace(tap.Index, tap.Account.Id, tap.Location.Id, tap.Id)
        {
            Zone = tap.Location.Zone,
            Factor = tap.Location.Factor,
            Nights = tap.Location.Nights,
            BornMs = atMs,
        };
        tap.Link = world.Fleet.Add(place, tap, outage => repairs.Fail(tap, outage));
    }

    /// <summary>Plans a new tap's installation.</summary>
    public void PlanInstallation(Tap tap)
    {
        var dice = world.Dice(BarKind.Tap, tap.Index, BarPurpose.Fate);
        world.At(world.NowMs + (3 + dice.Between(0, 0, 8)) * BarTime.DayMs + dice.Within(1, 8 * BarTime.HourMs), () =>
        {
            if (tap.Account.IsClosed || tap.Account.IsDeleted)
                return;
            Update(tap, tap.Row with { Status = "active", InstalledAt = world.NowMs }, repairs.Installed(tap));
            SwitchOn(tap, world.NowMs + BarTime.MinuteMs);
        });
    }

    /// <summary>Plans a day of a customer's venues.</summary>
    public void PlanDay(Account account)
    {
        foreach (var location in account.Locations)
        {
            PlanDay(location);
            foreach (var tap in location.Taps)
                PlanDay(tap);
        }
    }

    /// <summary>A customer closes: venues shut, taps are switched off for good, or until it comes back.</summary>
    public void Close(Account account)
    {
        foreach (var location in account.Locations)
        {
            var changes = new List<RowChange>
            {
                Change(location, location.Row with { Status = "closed", ClosedOn = BarTime.Day(world.NowMs) }),
            };
            foreach (var tap in location.Taps)
            {
                changes.Add(Change(tap, tap.Row with { Status = "retired", RetiredAt = world.NowMs }));
                if (tap.Link is { } link)
                    world.Fleet.SwitchOff(link, world.NowMs);
            }
            world.Commit(account, [.. changes]);
        }
    }

    /// <summary>A customer has come back.</summary>
    public void Reopen(Account account)
    {
        foreach (var location in account.Locations)
        {
            var changes = new List<RowChange>
            {
                Change(location, location.Row with { Status = "open", ClosedOn = null }),
            };
            foreach (var tap in location.Taps)
            {
                changes.Add(Change(tap, tap.Row with
                {
                    Status = "active", RetiredAt = null, InstalledAt = tap.Row.InstalledAt ?? world.NowMs,
                }));
                if (tap.Link is { } link)
                    world.Fleet.SwitchOn(link, world.NowMs);
                else
                    SwitchOn(tap, world.NowMs + BarTime.MinuteMs);
            }
            world.Commit(account, [.. changes]);
        }
    }

    /// <summary>Counts a location's row that is told now, if it breaks the contract.</summary>
    public void CountBadRow(Location location)
    {
        if (location.Row.Seats > SeatsMax)
            world.Ledger.BadRow(BarTable.Locations, "contract_range");
    }

    void PlanDay(Location location)
    {
        var n = (long)world.DayNumber * DrawsADay;
        var dice = world.Dice(BarKind.Location, location.Index, BarPurpose.Days);
        if (dice.Chance(n, RenovationADay))
        {
            world.At(world.NowMs + dice.Within(n + 1, BarTime.DayMs), () =>
            {
                if (location.Account.IsDeleted || location.Row.Seats > SeatsMax)
                    return;
                var seats = Math.Max(10, location.Row.Seats + dice.Between(n + 2, -20, 30));
                Update(location, location.Row with { Seats = seats });
            });
        }
        var isFirst = location.Index == 0 && world.DayNumber == 11 && world.Faults["bad_rows"] > 0;
        if (isFirst || dice.Chance(n + 3, world.Faults["bad_rows"]))
            PlanBadRow(location, world.NowMs + dice.Within(n + 4, 20 * BarTime.HourMs));
    }

    // The database lets it through; what the lake's rows keep does not. It is put right within hours.
    void PlanBadRow(Location location, long atMs) => world.At(atMs, () =>
    {
        var seats = location.Row.Seats;
        if (location.Account.IsDeleted || seats > SeatsMax)
            return;
        Update(location, location.Row with { Seats = SeatsTooMany });
        world.At(world.NowMs + 2 * BarTime.HourMs, () =>
        {
            if (!location.Account.IsDeleted)
                Update(location, location.Row with { Seats = seats });
        });
    });

    void PlanDay(Tap tap)
    {
        if (tap.Row.Status != "active" || tap.IsServiced)
            return;
        var n = (long)world.DayNumber * DrawsADay;
        var dice = world.Dice(BarKind.Tap, tap.Index, BarPurpose.Service);
        if (dice.Chance(n, FirmwareADay))
        {
            world.At(world.NowMs + dice.Within(n + 1, BarTime.DayMs), () =>
            {
                if (tap.Row.Status == "active" && !tap.Account.IsDeleted)
                    Update(tap, tap.Row with { FirmwareVersion = dice.Pick(n + 2, BarWords.Firmware) });
            });
        }
        if (dice.Chance(n + 3, 1 / 90.0))
            repairs.PlanVisit(tap, n + 4);
        var isDue = !_hasMoved && world.DayNumber >= 12 && world.Faults["moves"] > 0;
        if (tap.Account.Locations.Count > 1 && (isDue || dice.Chance(n + 8, world.Faults["moves"] / 30)))
        {
            _hasMoved = true;
            PlanMove(tap, world.NowMs + dice.Between(n + 9, 1, 23) * BarTime.HourMs);
        }
    }

    // At a full hour: an hour belongs to one place.
    void PlanMove(Tap tap, long atMs) => world.At(atMs, () =>
    {
        var account = tap.Account;
        if (tap.Row.Status != "active" || account.IsDeleted)
            return;
        var to = account.Locations[(account.Locations.IndexOf(tap.Location) + 1) % account.Locations.Count];
        tap.Location.Taps.Remove(tap);
        to.Taps.Add(tap);
        tap.MoveTo(to, world.NowMs);
        world.Ledger.CountFault("moves");
        Update(tap, tap.Row with { LocationId = to.Id, Timezone = to.Row.Timezone });
        tap.Link?.Life.MoveTo(to.Id);
    });

    void Update(Location location, LocationRow row) => world.Commit(location.Account, Change(location, row));

    void Update(Tap tap, DeviceRow row, params RowChange[] more) =>
        world.Commit(tap.Account, [Change(tap, row), .. more]);

    RowChange Change(Location location, LocationRow row)
    {
        var before = location.Row;
        location.Row = row with { UpdatedAt = world.NowMs };
        CountBadRow(location);
        return RowChange.Update(before, location.Row);
    }

    RowChange Change(Tap tap, DeviceRow row)
    {
        var before = tap.Row;
        tap.Row = row with { UpdatedAt = world.NowMs };
        return RowChange.Update(before, tap.Row);
    }
}
