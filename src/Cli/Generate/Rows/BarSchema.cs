using System.Collections.Immutable;
using Tapline.Cli.Configuration;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;

namespace Tapline.Cli.Generate.Rows;

/// <summary>What the tables' columns are: as the package of models declares them.</summary>
sealed class BarSchema
{
    static readonly string File = Path.Combine(AppContext.BaseDirectory, "models", "bar", "sources.yaml");

    static readonly ImmutableArray<string> Names =
    [
        "app.accounts", "app.locations", "app.users", "app.devices", "app.maintenance_tickets", "app.features",
        "app.feature_usage_events", "app.user_sessions", "app.page_events", "app.experiments",
        "app.experiment_assignments", "app.support_tickets", "app.nps_responses", "billing.plans",
        "billing.subscriptions", "billing.invoices", "billing.payments", "marketing.campaigns", "marketing.ad_spend",
        "marketing.leads", "marketing.touches", "marketing.conversions",
    ];

    readonly ImmutableArray<TableSchema> _tables;

    BarSchema(SourceDeclarations declarations) => _tables =
    [
        .. Names.Select(name => declarations.Find(TableId.Parse(name))!.SchemaOf(TableId.Parse(name))!),
    ];

    /// <summary>All tables, in an order in which foreign keys hold.</summary>
    public static ImmutableArray<BarTable> All { get; } = [.. Enum.GetValues<BarTable>()];

    /// <summary>The column that accounts get while the business runs.</summary>
    public static ColumnSchema AddedColumn { get; } = PostgresTypes.Column("loyalty_tier", "text");

    /// <summary>Reads the declarations that come with the program.</summary>
    public static BarSchema Load() => new(
        SourcesFile.Parse(System.IO.File.ReadAllText(File), File, static _ => null));

    /// <summary><c>schema.table</c>.</summary>
    public static string NameOf(BarTable table) => Names[(int)table];

    /// <summary>A table's columns when the business begins.</summary>
    public TableSchema Of(BarTable table) => _tables[(int)table];
}
