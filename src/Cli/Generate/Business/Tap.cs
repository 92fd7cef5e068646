using Tapline.Cli.Generate.Fleet;
using Tapline.Cli.Generate.Rows;

namespace Tapline.Cli.Generate.Business;

/// <summary>A device.</summary>
sealed class Tap(int index, Location location, DeviceRow row)
{
    readonly List<(long FromMs, Location Location)> _places = [(long.MinValue, location)];

    /// <summary>Its number.</summary>
    public int Index => index;

    /// <summary>Its row as it is.</summary>
    public DeviceRow Row { get; set; } = row;

    /// <summary>Its key.</summary>
    public Guid Id => Row.Id;

    /// <summary>Where it stands.</summary>
    public Location Location => _places[^1].Location;

    /// <summary>Whose it is.</summary>
    public Account Account => Location.Account;

    /// <summary>How it speaks; null before it is installed.</summary>
    public TapLink? Link { get; set; }

    /// <summary>Whether somebody works on it.</summary>
    public bool IsServiced { get; set; }

    /// <summary>It stands somewhere else from a time on.</summary>
    public void MoveTo(Location location, long fromMs) => _places.Add((fromMs, location));

    /// <summary>Where it stood at a time.</summary>
    public Location LocationAt(long ms) => _places.FindLast(place => place.FromMs <= ms).Location;
}
