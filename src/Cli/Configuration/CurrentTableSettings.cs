using System.Collections.Immutable;
using Tapline.Streaming;

namespace Tapline.Cli.Configuration;

/// <summary>Reads <c>stream.tables</c>: what current tables get when they are made.</summary>
static class CurrentTableSettings
{
    /// <summary>The rules that a section gives; plain tables where it has none.</summary>
    public static CurrentTableRules Read(ConfigSection stream)
    {
        if (stream.Section("tables") is not { } named)
            return CurrentTableRules.Plain;
        var tables = ImmutableArray.CreateBuilder<KeyValuePair<string, CurrentTableOptions>>();
        foreach (var pattern in named.Names())
        {
            if (pattern.Split('.').Length != 2)
                named.Reject(pattern, "must be a name like schema.table, with * for any");
            if (named.Section(pattern) is { } table)
                tables.Add(new(pattern, Options(table)));
        }
        return new CurrentTableRules(tables.ToImmutable());
    }

    static CurrentTableOptions Options(ConfigSection table)
    {
        var options = new CurrentTableOptions
        {
            KeepsChanges = table.Choice("change_feed", false, ("false", false), ("true", true)),
            MapsColumns = table.Choice("column_mapping", false, ("false", false), ("true", true)),
            DropsRetired = table.Choice("dropped_columns", false, ("keep", false), ("drop", true)),
            HasV2Checkpoints = table.Choice("checkpoints", false, ("classic", false), ("v2", true)),
        };
        if (options is { DropsRetired: true, MapsColumns: false })
            table.Reject("dropped_columns", "can be drop with column_mapping: true only");
        table.Close();
        return options;
    }
}
