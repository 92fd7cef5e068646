using System.Globalization;
using Tapline.Contracts;

namespace Tapline.Ingest.Synthetic;

/// <summary>Reads which faults are to happen, and how often, as the command line has it.</summary>
public static class FaultWords
{
    // Outages are counted by the day, all else is a share.
    const double OutagesMax = 1000;

    /// <summary>The rates by name of <c>default</c>, <c>none</c>, or names with commas between, each with
    /// <c>=rate</c> or its default rate. Throws <see cref="TaplineException"/> where there is no such fault or
    /// rate.</summary>
    /// <param name="text">The words.</param>
    /// <param name="all">The faults that there are, with their default rates.</param>
    public static Dictionary<string, double> Rates(string text, (string Name, double Default)[] all)
    {
        var rates = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var word in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (word == "none")
                continue;
            if (word == "default")
            {
                foreach (var (fault, usual) in all)
                    rates.TryAdd(fault, usual);
                continue;
            }
            var (name, rate) = word.IndexOf('=') is > 0 and var at ? (word[..at], word[(at + 1)..]) : (word, null);
            var known = Array.Find(all, fault => fault.Name == name);
            if (known.Name is null)
                throw Wrong($"no fault is called \"{name}\"", all);
            var value = known.Default;
            if (rate is not null
                && (!double.TryParse(rate, NumberStyles.Float, CultureInfo.InvariantCulture, out value)
                    || !(value >= 0) || value > (name == "outages" ? OutagesMax : 1)))
            {
                throw Wrong($"\"{rate}\" is no rate of {name}", all);
            }
            rates[name] = value;
        }
        return rates;
    }

    static TaplineException Wrong(string what, (string Name, double Default)[] all) => new(
        $"--faults: {what}",
        $"write default, none, or some of {string.Join(", ", all.Select(static fault => fault.Name))}, each with =rate "
            + "if you like");
}
