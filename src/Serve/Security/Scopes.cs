using System.Collections.Immutable;

namespace Tapline.Serving.Security;

/// <summary>What a caller may be allowed to do, by the words of configurations and tokens.</summary>
public static class Scopes
{
    /// <summary>Ask in SQL.</summary>
    public const string SqlRead = "sql:read";

    /// <summary>See which tables there are, and the cuts of the lake.</summary>
    public const string TablesRead = "tables:read";

    /// <summary>Look up single rows by key.</summary>
    public const string EntitiesRead = "entities:read";

    /// <summary>See what could not be used.</summary>
    public const string QuarantineRead = "quarantine:read";

    /// <summary>See how the service fares.</summary>
    public const string StatusRead = "status:read";

    /// <summary>All of them.</summary>
    public static ImmutableArray<string> All { get; } =
        [SqlRead, TablesRead, EntitiesRead, QuarantineRead, StatusRead];
}
