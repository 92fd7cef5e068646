using Tapline.Cli.Generate.Rows;
using Tapline.Ingest.Synthetic;

namespace Tapline.Cli.Generate.Business;

/// <summary>A venue.</summary>
sealed class Location(int index, Account account, LocationRow row)
{
    /// <summary>Its number.</summary>
    public int Index => index;

    /// <summary>Whose it is.</summary>
    public Account Account => account;

    /// <summary>Its row as it is.</summary>
    public LocationRow Row { get; set; } = row;

    /// <summary>Its key.</summary>
    public Guid Id => Row.Id;

    /// <summary>The clock on its wall.</summary>
    public required TimeZoneInfo Zone { get; init; }

    /// <summary>How many guests it has: 1 is usual.</summary>
    public required double Factor { get; init; }

    /// <summary>The nights on which more come.</summary>
    public required Dice Nights { get; init; }

    /// <summary>Its taps.</summary>
    public List<Tap> Taps { get; } = [];
}
