using Tapline.Cli.Generate.Business;
using Tapline.Cli.Generate.Fleet;
using Tapline.Cli.Generate.Rows;
using Tapline.Cli.Simulation.Taps;
using Tapline.Contracts;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate.Expected;

/// <summary>Keeps books of all that happens, as it happens: what must come out at the end. It knows the business's
/// rules and no model. Test customers count as rows and messages, and in no sum.</summary>
sealed class BarLedger : IDisposable
{
    const int OpenDays = 45;
    const int OpenPourDays = 12;
    const long TooLateMs = 7 * BarTime.DayMs;

    readonly TableTally[] _tables = [.. BarSchema.All.Select(static _ => new TableTally())];
    readonly SortedDictionary<string, StreamTally> _streams = new(StringComparer.Ordinal);
    readonly SortedDictionary<string, long> _faults = new(StringComparer.Ordinal);
    readonly long _endMs;

    readonly DailyBook _pours = new("pours", ["device_id", "location_id", "account_id"],
        ["pours", "volume_ml", "waste_ml", "$revenue", "messages", "voids"], OpenPourDays);
    readonly DailyBook _usage = new("usage", ["account_id"], ["events", "uses", "completions", "errors"], OpenDays);
    readonly DailyBook _visits = new("visits", ["account_id"], ["sessions", "page_events"], OpenDays);
    readonly DailyBook _invoices = new("invoices", ["account_id"], ["invoices", "$invoiced"], OpenDays);
    readonly DailyBook _payments = new("payments", ["account_id"],
        ["charges", "$collected", "$refunded", "failed"], OpenDays);
    readonly DailyBook _care = new("care", ["account_id"],
        ["tickets_opened", "tickets_solved", "nps_responses", "nps_promoters", "nps_detractors"], OpenDays);
    readonly DailyBook _spend = new("spend", ["campaign_id"], ["$spend", "impressions", "clicks"], OpenDays);
    readonly DailyBook _leads = new("leads", ["campaign_id"], ["leads", "touches"], OpenDays);
    readonly DailyBook _won = new("won", ["account_id"], ["conversions", "$mrr", "$contract_value"], OpenDays);

    /// <summary>Books of a business that ends at a time.</summary>
    public BarLedger(GeneratorOptions options) => _endMs = options.EndMs;

    /// <summary>What subscriptions are worth.</summary>
    public SubscriptionBook Subscriptions { get; } = new();

    /// <summary>The books by day.</summary>
    public IReadOnlyList<DailyBook> Books =>
        [_pours, _usage, _visits, _invoices, _payments, _care, _spend, _leads, _won];

    /// <summary>By stream.</summary>
    public IReadOnlyDictionary<string, StreamTally> Streams => _streams;

    /// <summary>How often what was done on purpose happened.</summary>
    public IReadOnlyDictionary<string, long> Faults => _faults;

    /// <summary>What must come out of a table.</summary>
    public TableTally Of(BarTable table) => _tables[(int)table];

    /// <summary>A day begins.</summary>
    public void BeginDay(DateOnly day)
    {
        foreach (var book in Books)
            book.BeginDay(day);
    }

    /// <summary>A row stands at the beginning.</summary>
    public void Stand(Account? account, BarRow row)
    {
        _tables[(int)row.Table].Snapshot++;
        if (account?.IsTest != true)
            Keep(row, isBefore: false, +1);
        if (row is SubscriptionRow subscription && account?.IsTest != true)
            Subscriptions.Stand(subscription);
    }

    /// <summary>A change is committed.</summary>
    public void Change(Account? account, RowChange change, long commitMs)
    {
        var tally = _tables[(int)change.Row.Table];
        switch (change.Kind)
        {
            case ChangeKind.Create:
                tally.Inserts++;
                break;
            case ChangeKind.Update:
                tally.Updates++;
                break;
            default:
                tally.Deletes++;
                break;
        }
        if (account?.IsTest == true)
            return;
        if (change.Row is SubscriptionRow)
            Subscriptions.Change(change, commitMs);
        if (change.Before is { } before)
            Keep(before, isBefore: true, -1);
        if (change.After is { } after)
            Keep(after, isBefore: false, +1);
    }

    /// <summary>A row breaks the contract on purpose.</summary>
    public void BadRow(BarTable table, string reason)
    {
        var quarantined = _tables[(int)table].Quarantined;
        quarantined[reason] = quarantined.GetValueOrDefault(reason) + 1;
        CountFault("bad_rows");
    }

    /// <summary>Something was done on purpose.</summary>
    public void CountFault(string name) => _faults[name] = _faults.GetValueOrDefault(name) + 1;

    /// <summary>A session begins. One of somebody whose row will be deleted goes with it.</summary>
    public void Session(User user, long atMs)
    {
        if (!user.Account.IsTest && user.DeletedAtMs >= _endMs)
            _visits.Add(new BookKey(user.Account.Id), BarTime.Day(atMs), 1);
    }

    /// <summary>A page is looked at.</summary>
    public void Page(User user, long atMs)
    {
        if (!user.Account.IsTest)
            _visits.Add(new BookKey(user.Account.Id), BarTime.Day(atMs), 0, 1);
    }

    /// <summary>A feature is used. What is told more than seven days later counts on no day.</summary>
    public void Use(User user, FeatureUsageRow row)
    {
        if (user.Account.IsTest || row.ReceivedAt > row.OccurredAt + TooLateMs)
            return;
        _usage.Add(new BookKey(user.Account.Id), BarTime.Day(row.OccurredAt), 1,
            row.Action is "use" or "complete" ? 1 : 0, row.Action == "complete" ? 1 : 0, row.Action == "error" ? 1 : 0);
    }

    /// <summary>A tap's message is sent.</summary>
    public void Message(Tap? tap, SyntheticMessage message, long atMs)
    {
        var stream = StreamOf(message.Body.Stream);
        stream.Sent++;
        if (!message.TryCount())
        {
            stream.Copies++;
            return;
        }
        var said = (TapSaid)message.Body.Said!;
        var isTooLate = atMs + BarFleet.LatencyMs - said.ClockMs > TooLateMs;
        stream.Add(message.Faults, isTooLate);
        const DeviceFaults unusable = DeviceFaults.Malformed | DeviceFaults.Epoch | DeviceFaults.Unknown;
        if (tap?.Account.Kept is not null && (message.Faults & unusable) == 0)
            stream.CountDeletable(tap.Account);
        if (said.Pour is { } pour && tap is not null && (message.Faults & unusable) == 0 && !isTooLate
            && !tap.Account.IsTest)
            Pour(tap, said, pour);
    }

    /// <summary>A tap's connection is lost: its will is published.</summary>
    public void Will(Tap? tap, DeviceMessageBody will)
    {
        if (tap is null)
            StreamOf(will.Stream).UnknownDevice++;
        else
            StreamOf(will.Stream).Wills++;
    }

    /// <summary>A message that nobody acknowledges met no connection.</summary>
    public void CountUnsent(string stream) => StreamOf(stream).Unsent++;

    public void Dispose()
    {
        foreach (var book in Books)
            book.Dispose();
    }

    void Pour(Tap tap, TapSaid said, TapPour pour)
    {
        var (sign, location) = (said.IsVoid ? -1 : 1, tap.LocationAt(said.ClockMs));
        var isServed = pour.Kind is "sale" or "comp";
        var waste = pour.Kind == "waste" ? pour.VolumeMl
            : isServed ? Math.Max(0, pour.VolumeMl - pour.TargetMl)
            : 0;
        _pours.Add(
            new BookKey(tap.Id, location.Id, tap.Account.Id),
            BarTime.BusinessDay(said.ClockMs, location.Zone),
            isServed ? sign : 0, isServed ? sign * pour.VolumeMl : 0, sign * waste,
            pour.Kind == "sale" ? sign * (pour.AmountMinor ?? 0) : 0, 1, said.IsVoid ? 1 : 0);
    }

    // What a row adds to the days; a row that was is taken back.
    void Keep(BarRow row, bool isBefore, int sign)
    {
        switch (row)
        {
            case InvoiceRow invoice when invoice.Status is not ("draft" or "void"):
                _invoices.Add(new BookKey(invoice.AccountId), BarTime.Day(invoice.IssuedAt!.Value), sign,
                    sign * Cents((invoice.Total - invoice.Tax) * invoice.FxRate));
                break;
            case PaymentRow payment:
                Keep(payment, sign);
                break;
            case SupportTicketRow ticket:
                Keep(ticket, sign);
                break;
            case NpsResponseRow answer:
                _care.Add(new BookKey(answer.AccountId), BarTime.Day(answer.RespondedAt), 0, 0, sign,
                    answer.Score >= 9 ? sign : 0, answer.Score <= 6 ? sign : 0);
                break;
            case AdSpendRow spend:
                _spend.Add(new BookKey(spend.CampaignId), spend.SpendDate, sign * Cents(spend.Amount * spend.FxRate),
                    sign * spend.Impressions, sign * spend.Clicks);
                break;
            case LeadRow lead when !isBefore && lead.CreatedAt == lead.UpdatedAt:
                _leads.Add(new BookKey(lead.CampaignId ?? default), BarTime.Day(lead.CreatedAt), 1);
                break;
            case TouchRow touch:
                _leads.Add(new BookKey(touch.CampaignId ?? default), BarTime.Day(touch.TouchedAt), 0, sign);
                break;
            case ConversionRow { Kind: "closed_won" } won:
                _won.Add(new BookKey(won.AccountId!.Value), BarTime.Day(won.ConvertedAt), sign,
                    sign * Cents(won.MrrAmount), sign * Cents(won.ContractValue));
                break;
            default:
                break;
        }
    }

    void Keep(PaymentRow payment, int sign)
    {
        var (day, cents) = (BarTime.Day(payment.AttemptedAt), Cents(payment.Amount * payment.FxRate));
        var isCharge = payment.Kind == "charge";
        var hasSucceeded = payment.Status == "succeeded";
        _payments.Add(new BookKey(payment.AccountId), day, isCharge && hasSucceeded ? sign : 0,
            isCharge && hasSucceeded ? sign * cents : 0, !isCharge && hasSucceeded ? sign * cents : 0,
            isCharge && payment.Status == "failed" ? sign : 0);
    }

    void Keep(SupportTicketRow ticket, int sign)
    {
        _care.Add(new BookKey(ticket.AccountId), BarTime.Day(ticket.OpenedAt), sign);
        if (ticket.SolvedAt is { } solvedMs)
            _care.Add(new BookKey(ticket.AccountId), BarTime.Day(solvedMs), 0, sign);
    }

    StreamTally StreamOf(string name)
    {
        if (!_streams.TryGetValue(name, out var stream))
            _streams.Add(name, stream = new StreamTally());
        return stream;
    }

    static long Cents(decimal usd) => (long)decimal.Round(usd * 100, MidpointRounding.AwayFromZero);
}
