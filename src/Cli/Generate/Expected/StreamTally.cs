using Tapline.Cli.Generate.Business;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate.Expected;

/// <summary>What must come out of one stream of the taps.</summary>
sealed class StreamTally
{
    static readonly (DeviceFaults Fault, string Name)[] FaultNames =
    [
        (DeviceFaults.Reordered, "reordered"), (DeviceFaults.Late, "late"), (DeviceFaults.VeryLate, "very_late"),
        (DeviceFaults.Skewed, "skewed"), (DeviceFaults.Void, "voids"),
    ];

    readonly Dictionary<Account, long> _deletable = [];

    /// <summary>Times that a message was sent, copies included, wills not.</summary>
    public long Sent { get; set; }

    /// <summary>Those of them that were copies.</summary>
    public long Copies { get; set; }

    /// <summary>Different messages that must be in the history, wills not counted.</summary>
    public long History { get; private set; }

    /// <summary>Wills of known taps, in the history, too.</summary>
    public long Wills { get; set; }

    /// <summary>Different messages whose time cannot be: quarantined as <c>clock_skew</c>.</summary>
    public long ClockSkew { get; private set; }

    /// <summary>Different messages, wills included, of taps that nobody knows: quarantined as
    /// <c>unknown_device</c>.</summary>
    public long UnknownDevice { get; set; }

    /// <summary>Of those in the history: of taps whose rows have been deleted since. A reader that comes to them after
    /// the deletion takes them for messages of taps that nobody knows.</summary>
    public long DeletedDevice => _deletable.Where(static one => one.Key.IsDeleted).Sum(static one => one.Value);

    /// <summary>Messages that are cut off: dead letters as <c>not_json</c>.</summary>
    public long NotJson { get; private set; }

    /// <summary>Messages that nobody acknowledges and that met no connection: gaps.</summary>
    public long Unsent { get; set; }

    /// <summary>Of those in the history: they came more than seven days late, and count on no day.</summary>
    public long TooLate { get; private set; }

    /// <summary>Of those in the history, how many had which fault.</summary>
    public SortedDictionary<string, long> Faults { get; } = new(StringComparer.Ordinal);

    /// <summary>Counts a usable message of a customer that may be deleted.</summary>
    public void CountDeletable(Account account) => _deletable[account] = _deletable.GetValueOrDefault(account) + 1;

    /// <summary>Counts a message that is sent for the first time.</summary>
    public void Add(DeviceFaults faults, bool isTooLate)
    {
        if (faults.HasFlag(DeviceFaults.Malformed))
            NotJson++;
        else if (faults.HasFlag(DeviceFaults.Epoch))
            ClockSkew++;
        else if (faults.HasFlag(DeviceFaults.Unknown))
            UnknownDevice++;
        else
            AddHistory(faults, isTooLate);
    }

    void AddHistory(DeviceFaults faults, bool isTooLate)
    {
        History++;
        TooLate += isTooLate ? 1 : 0;
        foreach (var (fault, name) in FaultNames)
        {
            if (faults.HasFlag(fault))
                Faults[name] = Faults.GetValueOrDefault(name) + 1;
        }
    }
}
