namespace Tapline.Cli.Generate.Business;

/// <summary>A city with its zone and currency.</summary>
sealed record BarPlace(
    string Country, string Region, string City, string Zone, string Currency, decimal FxRate, decimal TaxRate)
{
    // By the share of each country: 60, 15, 8, 5, 5, 4 and 3 per cent.
    static readonly (double Share, BarPlace Place)[] All =
    [
        (0.20, new("US", "IL", "Chicago", "America/Chicago", "USD", 1m, 0m)),
        (0.17, new("US", "NY", "New York", "America/New_York", "USD", 1m, 0m)),
        (0.13, new("US", "CA", "San Diego", "America/Los_Angeles", "USD", 1m, 0m)),
        (0.10, new("US", "CO", "Denver", "America/Denver", "USD", 1m, 0m)),
        (0.15, new("GB", "ENG", "Leeds", "Europe/London", "GBP", 1.27m, 0.20m)),
        (0.08, new("DE", "BY", "München", "Europe/Berlin", "EUR", 1.08m, 0.19m)),
        (0.05, new("AU", "VIC", "Melbourne", "Australia/Melbourne", "AUD", 0.66m, 0.10m)),
        (0.05, new("CA", "QC", "Montréal", "America/Toronto", "CAD", 0.74m, 0.05m)),
        (0.04, new("IE", "L", "Dublin", "Europe/Dublin", "EUR", 1.08m, 0.23m)),
        (0.03, new("IN", "KA", "Bengaluru", "Asia/Kolkata", "INR", 0.012m, 0.18m)),
    ];

    /// <summary>The zone.</summary>
    public TimeZoneInfo TimeZone { get; } = TimeZoneInfo.FindSystemTimeZoneById(Zone);

    /// <summary>The place at a share from 0 to 1.</summary>
    public static BarPlace At(double share)
    {
        foreach (var (width, place) in All)
        {
            if (share < width)
                return place;
            share -= width;
        }
        return All[0].Place;
    }
}
