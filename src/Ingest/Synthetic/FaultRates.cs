namespace Tapline.Ingest.Synthetic;

/// <summary>How often each fault happens.</summary>
public sealed record FaultRates
{
    static readonly (string Name, double Default)[] All =
    [
        ("duplicates", 0.005), ("reordered", 0.02), ("late", 0.05), ("skew", 0.002), ("epoch", 0.0001),
        ("malformed", 0.0001), ("unknown", 0.0002), ("voids", 0.002), ("outages", 0.02),
    ];

    readonly Dictionary<string, double> _rates;

    FaultRates(Dictionary<string, double> rates) => _rates = rates;

    /// <summary>Nothing ever goes wrong.</summary>
    public static FaultRates None { get; } = new([]);

    /// <summary>What a fleet in the field does.</summary>
    public static FaultRates Default { get; } =
        new(All.ToDictionary(static fault => fault.Name, static fault => fault.Default));

    /// <summary>The names that <see cref="Parse"/> takes.</summary>
    public static IEnumerable<string> Names => All.Select(static fault => fault.Name);

    /// <summary>The share of messages that are sent twice.</summary>
    public double Duplicates => Of("duplicates");

    /// <summary>The share of messages that overtake each other.</summary>
    public double Reordered => Of("reordered");

    /// <summary>The share of devices that start with messages which they have kept for days.</summary>
    public double Late => Of("late");

    /// <summary>The share of devices whose clock is wrong.</summary>
    public double Skew => Of("skew");

    /// <summary>The share of messages of 1970.</summary>
    public double Epoch => Of("epoch");

    /// <summary>The share of messages that are cut off.</summary>
    public double Malformed => Of("malformed");

    /// <summary>The share of devices that nobody knows, on top of the others; one at least.</summary>
    public double Unknown => Of("unknown");

    /// <summary>The share of messages that are taken back.</summary>
    public double Voids => Of("voids");

    /// <summary>Outages of a device in a day.</summary>
    public double Outages => Of("outages");

    /// <summary>Reads <c>default</c>, <c>none</c>, or names with commas between, each with <c>=rate</c> or its default
    /// rate; <c>default,late=0.5</c> is both.</summary>
    public static FaultRates Parse(string text) => new(FaultWords.Rates(text, All));

    double Of(string name) => _rates.GetValueOrDefault(name);
}
