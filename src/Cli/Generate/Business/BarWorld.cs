using Tapline.Cli.Generate.Expected;
using Tapline.Cli.Generate.Fleet;
using Tapline.Cli.Generate.Rows;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate.Business;

/// <summary>What the parts of the business share: who there is, the clock, what is still to happen, and the books.
/// </summary>
sealed class BarWorld
{
    readonly PriorityQueue<Action, (long AtMs, long Order)> _agenda = new();
    readonly Dictionary<string, long> _series = [];
    readonly Queue<BarEvent> _told = new();
    long _order;

    public BarWorld(GeneratorOptions options, BarLedger ledger)
    {
        (Options, Ledger, NowMs) = (options, ledger, options.StartMs);
        Fleet = new BarFleet(options, ledger, Tell);
    }

    public GeneratorOptions Options { get; }

    public GeneratorFaults Faults => Options.Faults;

    public BarLedger Ledger { get; }

    public BarFleet Fleet { get; }

    /// <summary>The business's clock.</summary>
    public long NowMs { get; private set; }

    /// <summary>Days since the beginning.</summary>
    public int DayNumber => (int)((NowMs - Options.StartMs) / BarTime.DayMs);

    public List<Account> Accounts { get; } = [];

    public List<FeatureRow> Features { get; } = [];

    public List<PlanRow> Plans { get; } = [];

    public List<ExperimentRow> Experiments { get; } = [];

    public List<CampaignRow> Campaigns { get; } = [];

    /// <summary>When the next thing happens; null when nothing does.</summary>
    public long? NextMs => _agenda.TryPeek(out _, out var due) ? due.AtMs : null;

    /// <summary>The random numbers of a thing.</summary>
    public Dice Dice(BarKind kind, long index, BarPurpose purpose) =>
        new(Options.Seed, (uint)kind, index, (uint)purpose);

    /// <summary>The next number of a series, from 1.</summary>
    public long Next(string series) => _series[series] = _series.GetValueOrDefault(series) + 1;

    /// <summary>Notes what is to happen, not before now. What lies behind the end never does.</summary>
    public void At(long ms, Action happens)
    {
        if (ms < Options.EndMs)
            _agenda.Enqueue(happens, (Math.Max(ms, NowMs), ++_order));
    }

    /// <summary>The next thing happens.</summary>
    public void Step()
    {
        _agenda.TryDequeue(out var happens, out var due);
        NowMs = due.AtMs;
        happens!();
    }

    /// <summary>Commits changes that belong to an account, or to none.</summary>
    public void Commit(Account? account, params RowChange[] changes)
    {
        foreach (var change in changes)
            Follow(account, change);
        Tell(new BarEvent.Commit(NowMs, changes));
    }

    /// <summary>Notes a row that stands at the beginning.</summary>
    public BarRow Base(Account? account, BarRow row)
    {
        if (account?.Kept is { } kept && KeptRows.IsBound(row.Table))
            kept.Follow(RowChange.Insert(row));
        Ledger.Stand(account, row);
        return row;
    }

    public void Tell(BarEvent happened) => _told.Enqueue(happened);

    /// <summary>What has happened and was not taken yet.</summary>
    public bool TryTake(out BarEvent happened) => _told.TryDequeue(out happened!);

    void Follow(Account? account, RowChange change)
    {
        if (account?.Kept is { } kept && KeptRows.IsBound(change.Row.Table))
            kept.Follow(change);
        Ledger.Change(account, change, NowMs);
    }
}
