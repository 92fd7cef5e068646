using Tapline.Cli.Generate.Rows;

namespace Tapline.Cli.Generate.Business;

/// <summary>Somebody who works at a customer's.</summary>
sealed class User(long index, Account account, UserRow row)
{
    /// <summary>Its number.</summary>
    public long Index => index;

    /// <summary>Where they work.</summary>
    public Account Account => account;

    /// <summary>Their row as it is.</summary>
    public UserRow Row { get; set; } = row;

    /// <summary>Their key.</summary>
    public Guid Id => Row.Id;

    /// <summary>When their row is deleted, milliseconds since 1970; the end of time for most.</summary>
    public long DeletedAtMs { get; set; } = long.MaxValue;

    /// <summary>Rows that the database deletes with theirs; null for somebody who is never deleted.</summary>
    public KeptRows? Kept { get; set; }

    /// <summary>Whether they take part in an experiment.</summary>
    public bool IsAssigned { get; set; }

    /// <summary>Whether they are gone.</summary>
    public bool IsDeleted { get; set; }
}
