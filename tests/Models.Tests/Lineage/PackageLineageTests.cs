using System.Text.RegularExpressions;
using Tapline.Models.Lineage;
using Tapline.Models.Tests.Law;

namespace Tapline.Models.Tests.Lineage;

/// <summary>Lineage over several models, and over the project's packages.</summary>
public sealed class PackageLineageTests
{
    static readonly Lazy<PackageLineage> Small = new(static () => PackageLineage.Of(TestPackage.Small()));

    static readonly Lazy<(ModelPackage Package, PackageLineage Lineage)> Bar = new(static () => Build("bar"));

    [Fact]
    public void Sources_are_those_of_all_models_below()
    {
        var sources = Words(Small.Value.Sources(new("entity_accounts", "volume_ml")));

        Assert.Contains("iot_pour.volume_ml (value)", sources);
        // Through device_accounts: whose devices' pours count.
        Assert.Contains("app.devices.location_id (filter)", sources);
        Assert.Contains("app.locations.id (filter)", sources);
        Assert.DoesNotContain(sources, static source => source.StartsWith("app.payments", StringComparison.Ordinal));
    }

    [Fact]
    public void A_table_and_its_changes_are_one_source() => Assert.Equal(
        ["app.accounts._offset (filter)", "app.accounts.id (filter)", "app.accounts.status (value)"],
        Words(Small.Value.Sources(new("status_changes", "status_before"))));

    [Fact]
    public void What_follows_from_a_column_is_found_from_its_end()
    {
        var downstream = Words(Small.Value.Downstream(new("app.payments", "amount")));

        Assert.Equal(
            [
                "account_daily.paid (value)", "account_stands.paid_30d (value)",
                "entity_accounts.is_high_value (value)", "entity_accounts.paid_30d (value)",
                "high_value.accounts (filter)", "payment_days.amount (value)",
            ],
            downstream);
    }

    [Theory]
    [InlineData("shop")]
    [InlineData("bar")]
    public void Every_column_of_a_stored_model_has_a_source(string name)
    {
        var (package, lineage) = name == "bar" ? Bar.Value : Build(name);

        var without = Columns(package.Stored).Where(column => lineage.Sources(column).All(static edge =>
            !edge.Column.Relation.Contains('.', StringComparison.Ordinal)
            && !edge.Column.Relation.StartsWith("iot_", StringComparison.Ordinal)));

        // The clock and the parameters are no sources.
        Assert.All(without, column => Assert.True(
            IsConstant(package, column) || lineage.Inputs(column).Any(edge => IsConstant(package, edge.Column))
                || !lineage.Sources(column).IsEmpty,
            $"{column} follows from nothing"));
    }

    [Theory]
    [InlineData("shop")]
    [InlineData("bar")]
    public void Every_column_that_is_not_written_as_a_constant_has_a_value_to_follow_from(string name)
    {
        var (package, lineage) = name == "bar" ? Bar.Value : Build(name);

        var constants = Columns(package.Stored).Where(column =>
            lineage.Inputs(column).All(static edge => edge.Kind == LineageKind.Filter));

        // A name that a function without arguments gives, and a share of what is not there yet.
        string[] known = ["zones.zone", "entity_features.account_adoption_rate"];
        Assert.All(constants, column => Assert.True(
            IsConstant(package, column) || known.Contains($"{column}"), $"{column} has a value from nowhere"));
    }

    static bool IsConstant(ModelPackage package, RelationColumn column) => Regex.IsMatch(
        package.Find(column.Relation)?.Sql ?? "",
        $@"(null as [a-z]+(\([0-9, ]+\))?\)|'|[0-9]|true|false) as {column.Column}\b");

    // DOMAIN §3.1: the six scores, and what they are made of.
    [Theory]
    [InlineData("app.users.status", "users_licensed")]
    [InlineData("app.feature_usage_events.action", "usage events")]
    [InlineData("app.feature_usage_events.occurred_at", "in 30 days")]
    [InlineData("app.user_sessions.started_at", "active users")]
    [InlineData("app.page_events.occurred_at", "active users")]
    [InlineData("billing.subscriptions.quantity", "mrr, of customer_since and customer_status")]
    [InlineData("billing.subscriptions.unit_amount", "mrr")]
    [InlineData("billing.subscriptions.status", "past due")]
    [InlineData("billing.subscriptions.effective_at", "tenure")]
    [InlineData("iot_heartbeat.ts", "uptime")]
    [InlineData("iot_heartbeat.interval_s", "uptime")]
    [InlineData("iot_pour.ts", "uptime")]
    [InlineData("iot_status.ts", "uptime")]
    [InlineData("iot_alert.ts", "uptime")]
    [InlineData("app.devices.installed_at", "minutes expected")]
    [InlineData("app.devices.retired_at", "minutes expected")]
    [InlineData("app.maintenance_tickets.started_at", "minutes expected")]
    [InlineData("app.support_tickets.status", "support")]
    [InlineData("app.support_tickets.priority", "support")]
    [InlineData("app.support_tickets.sla_due_at", "support")]
    [InlineData("app.support_tickets.solved_at", "support")]
    [InlineData("billing.payments.status", "billing")]
    [InlineData("billing.payments.attempted_at", "billing")]
    [InlineData("billing.invoices.due_at", "billing")]
    [InlineData("billing.invoices.status", "billing")]
    [InlineData("app.nps_responses.score", "sentiment")]
    [InlineData("app.nps_responses.responded_at", "sentiment")]
    [InlineData("app.feature_usage_events.feature_id", "adoption")]
    [InlineData("app.features.status", "adoption")]
    [InlineData("params.health_weight_usage", "weights")]
    [InlineData("clock.as_of", "all windows")]
    public void The_health_of_a_customer_follows_from(string source, string because) => Assert.True(
        Bar.Value.Lineage.Sources(new("entity_customers", "health_score"))
            .Any(edge => $"{edge.Column}" == source),
        because);

    [Fact]
    public void Personal_values_are_followed_into_models()
    {
        var personal = Columns(Bar.Value.Package.Models)
            .Where(Bar.Value.Lineage.IsPersonal).Select(static column => $"{column}");

        Assert.Contains("entity_users.email_domain", personal);
        Assert.DoesNotContain("entity_users.role", personal);
    }

    static (ModelPackage, PackageLineage) Build(string name)
    {
        var package = TestPackage.Of(Path.Combine(Repository.Root, "models", name));
        return (package, PackageLineage.Of(package));
    }

    static IEnumerable<RelationColumn> Columns(IEnumerable<Model> models) => models
        .SelectMany(static model => model.Columns.Select(column => new RelationColumn(model.Name, column.Name)));

    static IEnumerable<string> Words(IEnumerable<LineageEdge> edges) => edges.Select(static edge => edge.ToString());
}
