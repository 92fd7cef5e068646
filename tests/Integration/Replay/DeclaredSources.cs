using System.Text;
using System.Text.Json;
using Tapline.Cli.Configuration;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;
using Tapline.Streaming.Tests.Decoding;

namespace Tapline.Integration.Tests.Replay;

/// <summary>A captured database as a person would declare it in <c>sources.yaml</c>.</summary>
static class DeclaredSources
{
    const string DefaultFormat = "{ decimal: precise, time: adaptive, interval: numeric }";

    /// <summary>The declaration, read from the YAML that it would be.</summary>
    public static SourceDeclarations Of(string database, string? format = null) =>
        SourcesFile.Parse(Yaml(database, format ?? DefaultFormat), "sources.yaml", static _ => null);

    static string Yaml(string database, string format)
    {
        var yaml = new StringBuilder($"format: {format}\ntables:\n");
        foreach (var table in Captures.Tables(database, "saas", WireFormat.DebeziumDefault).Values)
        {
            yaml.Append($"  {Quote(table.Schema.Table.ToString())}:\n");
            if (!table.Schema.KeyColumns.IsEmpty)
                yaml.Append($"    key: [{string.Join(", ", table.Schema.KeyColumns.Select(c => Quote(c.Name)))}]\n");
            yaml.Append("    columns:\n");
            foreach (var column in table.Schema.Columns)
                yaml.Append($"      {Quote(column.Name)}: {Quote(Type(column))}\n");
        }
        return yaml.ToString();
    }

    // An enum, a domain or a composite is no type of PostgreSQL's own.
    static string Type(ColumnSchema column) => PostgresTypeNames.Canonical(column.SourceType) ?? "text";

    static string Quote(string text) => JsonSerializer.Serialize(text);
}
