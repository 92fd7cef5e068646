using System.Globalization;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate;

/// <summary>How often each thing goes wrong in the bar business and on the way of its data.</summary>
sealed class GeneratorFaults
{
    static readonly (string Name, double Default)[] All =
    [
        ("duplicates", 0.005), ("reordered", 0.02), ("late", 0.002), ("skew", 0.002), ("epoch", 0.0001),
        ("malformed", 0.0001), ("unknown", 0.0002), ("voids", 0.002), ("outages", 0.02), ("replays", 0.001),
        ("spend_updates", 0.3), ("spend_restated", 0.01), ("corrections", 0.003), ("voided_invoices", 0.005),
        ("user_deletes", 0.002), ("account_deletes", 0.0005), ("moves", 0.001), ("bad_rows", 0.0005),
        ("late_usage", 0.001), ("column", 1), ("restart", 1), ("resnapshot", 1),
    ];

    static readonly string[] Taps = ["skew", "epoch", "unknown", "voids", "outages"];
    static readonly string[] Transport = ["duplicates", "reordered", "malformed"];

    readonly Dictionary<string, double> _rates;

    GeneratorFaults(Dictionary<string, double> rates) => _rates = rates;

    /// <summary>What goes wrong in life.</summary>
    public static GeneratorFaults Default { get; } = Parse("default");

    /// <summary>Nothing ever goes wrong.</summary>
    public static GeneratorFaults None { get; } = new([]);

    /// <summary>The names that <see cref="Parse"/> takes.</summary>
    public static IEnumerable<string> Names => All.Select(static fault => fault.Name);

    /// <summary>The rate of a fault; 0 when it is off.</summary>
    public double this[string name] => _rates.GetValueOrDefault(name);

    /// <summary>What a tap does by itself: clocks, voids, outages. Its messages' way is the generator's.</summary>
    public FaultRates OfTaps => Of(Taps);

    /// <summary>What happens to a message on its way.</summary>
    public FaultRates OfTransport => Of(Transport);

    /// <summary>Reads <c>default</c>, <c>none</c>, or names with commas between, each with <c>=rate</c> or its default
    /// rate; <c>default,moves=0.5</c> is both.</summary>
    public static GeneratorFaults Parse(string text) => new(FaultWords.Rates(text, All));

    FaultRates Of(string[] names) => FaultRates.Parse(string.Join(',', names.Select(name =>
        string.Create(CultureInfo.InvariantCulture, $"{name}={this[name]}"))));
}
