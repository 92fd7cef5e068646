using System.Collections.Immutable;
using System.IO.Enumeration;
using Tapline.Contracts.Schema;

namespace Tapline.Streaming;

/// <summary>The policy of every table.</summary>
/// <param name="Default">For tables that no pattern names.</param>
/// <param name="Tables">Patterns <c>schema.table</c>, in which <c>*</c> stands for anything; the first that matches
/// counts.</param>
public sealed record EvolutionPolicies(
    EvolutionPolicy Default, ImmutableArray<KeyValuePair<string, EvolutionPolicy>> Tables)
{
    /// <summary>Every table follows its source.</summary>
    public static EvolutionPolicies Evolve { get; } = new(EvolutionPolicy.Evolve, []);

    /// <summary>The policy of one table.</summary>
    public EvolutionPolicy Of(TableId table)
    {
        var name = table.ToString();
        foreach (var (pattern, policy) in Tables)
        {
            if (FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false))
                return policy;
        }
        return Default;
    }
}
