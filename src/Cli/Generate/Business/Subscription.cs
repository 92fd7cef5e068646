using Tapline.Cli.Generate.Rows;

namespace Tapline.Cli.Generate.Business;

/// <summary>A contract.</summary>
sealed class Subscription(long index, Account account, SubscriptionRow row)
{
    /// <summary>Its number.</summary>
    public long Index => index;

    /// <summary>Whose it is.</summary>
    public Account Account => account;

    /// <summary>Its row as it is.</summary>
    public SubscriptionRow Row { get; set; } = row;

    /// <summary>Its key.</summary>
    public Guid Id => Row.Id;

    /// <summary>Whether it is worth something, or may be soon.</summary>
    public bool IsLive => Row.Status is "trialing" or "active" or "past_due" or "paused";

    /// <summary>When its terms were changed last while the business ran; null when they were not.</summary>
    public long? ChangedAtMs { get; set; }

    /// <summary>How many invoices it has had.</summary>
    public int Invoices { get; set; }
}
