namespace Tapline.Cli.Generate;

/// <summary>How large the business is when it begins.</summary>
/// <param name="Name">XS to XL.</param>
/// <param name="Accounts">Accounts. There are one and a half locations to each, four taps to a location, and five
/// users to an account.</param>
/// <param name="Campaigns">Campaigns.</param>
/// <param name="Features">Features of the product.</param>
/// <param name="HeartbeatSeconds">Between two heartbeats of a tap.</param>
sealed record BarSize(string Name, int Accounts, int Campaigns, int Features, int HeartbeatSeconds)
{
    /// <summary>All of them, the smallest first.</summary>
    public static readonly BarSize[] All =
    [
        new("XS", 50, 6, 12, 300), new("S", 500, 12, 20, 300), new("M", 5_000, 80, 40, 60),
        new("L", 20_000, 400, 40, 60), new("XL", 100_000, 400, 40, 60),
    ];

    /// <summary>The one of a name, however it is spelled; null for none.</summary>
    public static BarSize? Find(string name) =>
        Array.Find(All, size => size.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
