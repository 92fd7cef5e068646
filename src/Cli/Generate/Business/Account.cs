using Tapline.Cli.Generate.Rows;

namespace Tapline.Cli.Generate.Business;

/// <summary>A customer, with what belongs to it.</summary>
sealed class Account(int index, AccountRow row)
{
    /// <summary>Its number.</summary>
    public int Index => index;

    /// <summary>Its row as it is.</summary>
    public AccountRow Row { get; set; } = row;

    /// <summary>Its key.</summary>
    public Guid Id => Row.Id;

    /// <summary>Where it is.</summary>
    public required BarPlace Place { get; init; }

    /// <summary>How much its people do with the product: 1 is usual.</summary>
    public required double Engagement { get; init; }

    /// <summary>Its venues.</summary>
    public List<Location> Locations { get; } = [];

    /// <summary>Its people.</summary>
    public List<User> Users { get; } = [];

    /// <summary>Its contracts.</summary>
    public List<Subscription> Subscriptions { get; } = [];

    /// <summary>Whether it is one that nobody pays for and no number counts.</summary>
    public bool IsTest => Row.IsTest;

    /// <summary>Whether it is closed: nobody works there.</summary>
    public bool IsClosed => Row.Status == "closed";

    /// <summary>Whether its rows have been deleted.</summary>
    public bool IsDeleted { get; set; }

    /// <summary>The rows below it that go when it is deleted; null for one that never is.</summary>
    public KeptRows? Kept { get; init; }
}
