using Tapline.Cli.Demo;
using Tapline.Cli.Generate.Rows;

namespace Tapline.Cli.Generate.Business;

/// <summary>Customers ask for help, and say how they like it.</summary>
sealed class Care(BarWorld world)
{
    const double TicketsALocationMonth = 0.08;
    const double AnswersAQuarter = 0.08;
    const int DrawsADay = 16;

    static readonly int[] SlaHours = [72, 48, 24, 8];
    static readonly string[] Channels = ["email", "chat", "phone", "in_app"];
    static readonly string[] Topics = ["how-to", "billing", "device", "bug", "account"];

    /// <summary>Plans a day of a customer's questions and answers.</summary>
    public void PlanDay(Account account)
    {
        if (account.IsClosed || account.IsDeleted)
            return;
        var n = (long)world.DayNumber * DrawsADay;
        foreach (var location in account.Locations)
        {
            var dice = world.Dice(BarKind.Location, location.Index, BarPurpose.Care);
            if (dice.Chance(n, TicketsALocationMonth / 30))
                world.At(world.NowMs + dice.Within(n + 1, BarTime.DayMs), () => Open(account, location));
        }
        foreach (var user in account.Users)
        {
            var dice = world.Dice(BarKind.User, user.Index, BarPurpose.Care);
            if (dice.Chance(n, AnswersAQuarter / 90))
                world.At(world.NowMs + dice.Within(n + 1, BarTime.DayMs), () => Answer(user, n + 2));
        }
    }

    /// <summary>Opens a ticket now, and plans its solution.</summary>
    public void Open(Account account, Location location)
    {
        if (account.IsDeleted)
            return;
        var dice = world.Dice(BarKind.Location, location.Index, BarPurpose.Fate);
        var (n, now) = (world.NowMs / BarTime.MinuteMs * DrawsADay, world.NowMs);
        var priority = dice.Unit(n) switch { < 0.3 => 0, < 0.8 => 1, < 0.95 => 2, _ => 3 };
        var user = account.Users.Count > 0 ? dice.Pick(n + 1, account.Users) : null;
        var ticket = new SupportTicketRow(
            world.Next("support"), account.Id, user?.Id, location.Id, dice.Pick(n + 2, Channels),
            dice.Pick(n + 3, Topics), dice.Pick(n + 4, BarWords.Subjects), BarWords.Priorities[priority], "open", now,
            null, null, now + SlaHours[priority] * BarTime.HourMs, 0, null, now, now);
        world.Commit(account, RowChange.Insert(ticket));
        world.At(now + 5 * BarTime.MinuteMs + dice.Within(n + 5, 5 * BarTime.HourMs), () =>
        {
            if (account.IsDeleted)
                return;
            var answered = ticket with { Status = "pending", FirstResponseAt = world.NowMs, UpdatedAt = world.NowMs };
            world.Commit(account, RowChange.Update(ticket, answered));
            var hours = SlaHours[priority] * dice.Wait(n + 6) * 0.6;
            world.At(world.NowMs + (long)(hours * BarTime.HourMs), () => Solve(account, answered,
                dice.Chance(n + 7, 0.4) ? dice.Between(n + 8, 1, 6) : null));
        });
    }

    void Solve(Account account, SupportTicketRow ticket, int? csat)
    {
        if (account.IsDeleted)
            return;
        world.Commit(account, RowChange.Update(ticket, ticket with
        {
            Status = "solved", SolvedAt = world.NowMs, Csat = csat, UpdatedAt = world.NowMs,
        }));
    }

    void Answer(User user, long n)
    {
        if (user.IsDeleted || user.Account.IsDeleted)
            return;
        var dice = world.Dice(BarKind.User, user.Index, BarPurpose.Care);
        var mood = 8 + 1.5 * Math.Log(user.Account.Engagement) + 1.8 * dice.Normal(n);
        var date = BarTime.Day(world.NowMs);
        world.Commit(user.Account, RowChange.Insert(new NpsResponseRow(
            world.Next("nps"), user.Account.Id, user.Id, $"{date.Year}-Q{(date.Month + 2) / 3}",
            (int)Math.Clamp(Math.Round(mood), 0, 10), dice.Chance(n + 1, 0.2) ? "Great,\nmostly." : null, world.NowMs,
            world.NowMs)));
    }
}
