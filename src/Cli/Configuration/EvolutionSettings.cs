using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Streaming;

namespace Tapline.Cli.Configuration;

/// <summary>Reads <c>stream.evolution</c>: what tables do when their source changes its columns.</summary>
static class EvolutionSettings
{
    /// <summary>The policies that a section gives; every table follows its source where it has none.</summary>
    public static EvolutionPolicies Read(ConfigSection stream)
    {
        if (stream.Section("evolution") is not { } evolution)
            return EvolutionPolicies.Evolve;
        var fallback = Policy(evolution, "default") ?? EvolutionPolicy.Evolve;
        var tables = ImmutableArray.CreateBuilder<KeyValuePair<string, EvolutionPolicy>>();
        if (evolution.Section("tables") is { } named)
        {
            foreach (var pattern in named.Names())
            {
                if (pattern.Split('.').Length != 2)
                    named.Reject(pattern, "must be a name like schema.table, with * for any");
                tables.Add(new(pattern, Policy(named, pattern) ?? fallback));
            }
        }
        evolution.Close();
        return fallback == EvolutionPolicy.Evolve && tables.Count == 0
            ? EvolutionPolicies.Evolve
            : new EvolutionPolicies(fallback, tables.ToImmutable());
    }

    /// <summary>One policy; null where the setting is left out.</summary>
    public static EvolutionPolicy? Policy(ConfigSection section, string key) => section.Choice<EvolutionPolicy?>(
        key,
        null,
        ("evolve", EvolutionPolicy.Evolve),
        ("lenient", EvolutionPolicy.Lenient),
        ("exception", EvolutionPolicy.Exception),
        ("ignore", EvolutionPolicy.Ignore));
}
