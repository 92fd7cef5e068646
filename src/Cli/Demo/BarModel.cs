using System.Globalization;

namespace Tapline.Cli.Demo;

/// <summary>What the generators remember of the bar business: the keys that exist, the next numbers, the clock and the
/// dice. Everything follows from the seed: equal seeds give equal rows and equal changes.</summary>
sealed class BarModel(int seed)
{
    static readonly DateTime Start = new(2025, 1, 1, 6, 0, 0, DateTimeKind.Utc);

    /// <summary>The dice.</summary>
    public Random Random { get; } = new(seed);

    /// <summary>The business's own clock; it moves with what happens, not with the machine's.</summary>
    public DateTime Now { get; private set; } = Start.AddDays(90);

    /// <summary>Accounts.</summary>
    public List<Guid> Accounts { get; } = [];

    /// <summary>Locations with their accounts.</summary>
    public List<(Guid Id, Guid Account)> Locations { get; } = [];

    /// <summary>Users with their accounts.</summary>
    public List<(Guid Id, Guid Account)> Users { get; } = [];

    /// <summary>Devices with their locations and accounts.</summary>
    public List<(Guid Id, Guid Location, Guid Account)> Devices { get; } = [];

    /// <summary>Subscriptions with their accounts.</summary>
    public List<(Guid Id, Guid Account)> Subscriptions { get; } = [];

    /// <summary>Sessions that have not ended, with their users.</summary>
    public List<(Guid Id, Guid User)> OpenSessions { get; } = [];

    /// <summary>Campaigns.</summary>
    public List<Guid> Campaigns { get; } = [];

    /// <summary>Leads that may still convert.</summary>
    public List<Guid> Leads { get; } = [];

    /// <summary>Invoices that are not paid yet, with account and total.</summary>
    public List<(string Id, Guid Account, decimal Total)> OpenInvoices { get; } = [];

    /// <summary>Days of spending, by their key.</summary>
    public List<(Guid Campaign, DateOnly Day, string Platform)> Spend { get; } = [];

    /// <summary>Maintenance tickets that are not resolved.</summary>
    public List<long> OpenMaintenance { get; } = [];

    /// <summary>Support tickets that are not solved.</summary>
    public List<long> OpenSupport { get; } = [];

    /// <summary>Features, numbered from 1.</summary>
    public int FeatureCount { get; set; }

    /// <summary>The lowest page event that retention has not removed.</summary>
    public long OldestPageEvent { get; set; } = 1;

    readonly Dictionary<string, long> _last = [];

    /// <summary>The next number of a series, from 1.</summary>
    public long Next(string series) => _last[series] = _last.GetValueOrDefault(series) + 1;

    /// <summary>The last number given out of a series.</summary>
    public long Last(string series) => _last.GetValueOrDefault(series);

    /// <summary>Moves the clock on and tells the time, in whole milliseconds.</summary>
    public DateTime Tick()
    {
        Now = Now.AddMilliseconds(Random.Next(200, 4_000));
        return Now;
    }

    /// <summary>A moment before now.</summary>
    public DateTime Past(int daysMax) => Now.AddSeconds(-Random.Next(1, daysMax * 86_400));

    /// <summary>A random identifier (version 4).</summary>
    public Guid Id()
    {
        Span<byte> bytes = stackalloc byte[16];
        Random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>One of a list.</summary>
    public T Pick<T>(IReadOnlyList<T> list) => list[Random.Next(list.Count)];

    /// <summary>One of a list, taken out of it; the last takes its place.</summary>
    public T Take<T>(List<T> list)
    {
        var at = Random.Next(list.Count);
        var taken = list[at];
        list[at] = list[^1];
        list.RemoveAt(list.Count - 1);
        return taken;
    }

    /// <summary>Whether something happens that happens in so many per cent of cases.</summary>
    public bool Chance(int percent) => Random.Next(100) < percent;

    /// <summary>An amount of money, in cents.</summary>
    public decimal Money(int min, int max) => Random.Next(min * 100, max * 100) / 100m;

    /// <summary>A JSON document longer than 8 KiB that does not compress, so that PostgreSQL keeps it out of
    /// line.</summary>
    public string LargeJson(string name)
    {
        Span<byte> noise = stackalloc byte[512];
        var parts = new string[18];
        for (var i = 0; i < parts.Length; i++)
        {
            Random.NextBytes(noise[..256]);
            parts[i] = $"\"{Convert.ToHexStringLower(noise[..256])}\"";
        }
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"{name}\": [{string.Join(", ", parts)}], \"revision\": {Random.Next(1_000)}}}");
    }
}
