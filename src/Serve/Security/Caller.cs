using System.Collections.Frozen;
using Tapline.Serving.Lake;

namespace Tapline.Serving.Security;

/// <summary>Who asks.</summary>
/// <param name="Name">What logs call the caller.</param>
/// <param name="Allowed">What it may do, of <see cref="Scopes"/>.</param>
/// <param name="Rows">Which rows it sees.</param>
public sealed record Caller(string Name, FrozenSet<string> Allowed, QueryScope Rows)
{
    /// <summary>Whoever is on this machine, where nobody needs a key.</summary>
    public static Caller Local { get; } = new("local", Scopes.All.ToFrozenSet(), QueryScope.All);
}
