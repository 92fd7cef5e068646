using Tapline.Cli.Demo;
using Tapline.Cli.Generate.Rows;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate.Business;

/// <summary>Makes customers with all that they begin with. Customer k is the same one in a business of any
/// size.</summary>
sealed class Founder(BarWorld world)
{
    const int LocationsMax = 32;
    const int TapsMax = 32;
    const int UsersMax = 256;
    const int AgeDaysMax = 700;

    // Numbers of customers that come while the business runs; no size begins with so many.
    const int NewFirst = 500_000;

    int _new;

    /// <summary>One of the customers that there are when the business begins.</summary>
    public Account Found(int number)
    {
        var age = world.Dice(BarKind.Account, number, BarPurpose.Fate).Within(0, AgeDaysMax * BarTime.DayMs);
        return Make(number, world.Options.StartMs - BarTime.DayMs - age);
    }

    /// <summary>A new customer, as of now.</summary>
    public Account Found() => Make(NewFirst + _new++, world.NowMs);

    /// <summary>A further location of a customer, with its taps.</summary>
    public Location Open(Account account, int n, long atMs)
    {
        var index = account.Index * LocationsMax + n;
        var dice = world.Dice(BarKind.Location, index, BarPurpose.Traits);
        var place = n == 0 ? account.Place : BarPlace.At(dice.Chance(1, 0.8)
            ? world.Dice(BarKind.Account, account.Index, BarPurpose.Traits).Unit(0)
            : dice.Unit(2));
        var location = new Location(index, account, new LocationRow(
            world.Dice(BarKind.Location, index, BarPurpose.Identity).Id(0), account.Id,
            $"{dice.Pick(3, BarWords.Nouns)} {place.City}", Venue(account.Row.Industry), "open", place.City,
            place.Region, place.Country, dice.Between(4, -60_000_000, 60_000_000) / 1_000_000m,
            dice.Between(5, -170_000_000, 170_000_000) / 1_000_000m, place.Zone,
            Math.Clamp((int)Math.Exp(Math.Log(70) + 0.6 * dice.Normal(6)), 10, 900),
            BarTexts.Address(dice, place.City), BarTime.Day(atMs), null, atMs, atMs))
        {
            Zone = place.TimeZone,
            // Lognormal with mean 1: a few venues have most of the guests.
            Factor = Math.Exp(0.4 * dice.Normal(0) - 0.08),
            Nights = world.Dice(BarKind.Location, index, BarPurpose.Visits),
        };
        account.Locations.Add(location);
        for (var taps = Math.Min(TapsMax, 1 + dice.Poisson(9, 3)); location.Taps.Count < taps;)
            AddTap(location, atMs);
        return location;
    }

    /// <summary>A further person of a customer.</summary>
    public User Hire(Account account, int n, long atMs)
    {
        var index = account.Index * (long)UsersMax + n;
        var dice = world.Dice(BarKind.User, index, BarPurpose.Traits);
        var role = n == 0 ? "owner" : dice.Unit(2) switch
        {
            < 0.25 => "manager",
            < 0.85 => "bartender",
            < 0.93 => "analyst",
            _ => "admin",
        };
        var location = role is "bartender" ? dice.Pick(3, account.Locations).Id : (Guid?)null;
        var user = new User(index, account, new UserRow(
            world.Dice(BarKind.User, index, BarPurpose.Identity).Id(0), account.Id, location,
            $"user{index}@example.com", BarTexts.PersonName(dice), role,
            n > 0 && dice.Chance(4, 0.05) ? "invited" : "active", BarTexts.Preferences(dice), null, atMs, atMs));
        account.Users.Add(user);
        return user;
    }

    Account Make(int number, long createdMs)
    {
        var dice = world.Dice(BarKind.Account, number, BarPurpose.Traits);
        var (segment, locations) = Segments.Of(world.Options.Seed, number);
        var isTest = number % 100 == 49 && number < NewFirst;
        var place = BarPlace.At(dice.Unit(0));
        var account = new Account(number, new AccountRow(
            world.Dice(BarKind.Account, number, BarPurpose.Identity).Id(0), BarTexts.AccountName(dice, number),
            "active", segment, dice.Pick(3, BarWords.Industries), place.Country, place.Region, place.Zone,
            segment == "independent" && dice.Chance(4, 0.6) ? null : dice.Pick(5, BarTexts.Owners), isTest,
            BarTexts.Attributes(dice), createdMs, createdMs, null))
        {
            Place = place,
            // Lognormal with mean 1.
            Engagement = Math.Exp(0.35 * dice.Normal(5) - 0.06),
            Kept = isTest && world.Faults["account_deletes"] > 0 ? new KeptRows() : null,
        };
        for (var n = 0; n < locations; n++)
            Open(account, n, createdMs);
        for (var n = 0; n < Math.Min(UsersMax, 2 + 2 * locations); n++)
            Hire(account, n, createdMs);
        return account;
    }

    void AddTap(Location location, long atMs)
    {
        var index = location.Index * TapsMax + location.Taps.Count;
        var dice = new Dice(world.Options.Seed, (uint)BarKind.Tap, index, (uint)BarPurpose.Days + 10);
        var isNew = atMs >= world.Options.StartMs;
        location.Taps.Add(new Tap(index, location, new DeviceRow(
            world.Dice(BarKind.Tap, index, BarPurpose.Identity).Id(0), $"TL-{index:D9}", location.Account.Id,
            location.Id, dice.Pick(1, BarWords.Models), dice.Chance(2, 0.5) ? "B" : "C", "2.4.1",
            isNew ? "provisioned" : "active", 1 + location.Taps.Count,
            dice.Chance(3, 0.9) ? $"{dice.Pick(4, BarWords.Adjectives)} Lager" : null, location.Row.Timezone,
            isNew ? null : atMs, null, BarTime.Day(atMs).AddYears(2), BarTexts.Config(dice), atMs, atMs)));
    }

    static string Venue(string industry) => industry == "brewery" ? "taproom" : industry;
}
