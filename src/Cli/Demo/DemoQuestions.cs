namespace Tapline.Cli.Demo;

/// <summary>What the owner of the bar business wants to know, each answered by one table that models keep
/// current.</summary>
static class DemoQuestions
{
    /// <summary>The questions with their statements.</summary>
    public static readonly (string Question, string Sql)[] All =
    [
        ("Which paying customers are at risk, and why?", """
            select customer_name, customer_tier as tier, mrr, churn_risk_score as risk, health_score as health,
                   support_score as support, billing_score as billing, adoption_score as adoption
            from entity.entity_customers
            where is_paying and churn_risk_score > 30
            order by mrr desc, customer_id limit 5
            """),
        ("Where does the recurring revenue come from?", """
            select plan_name, customer_segment as segment, count(*) as subscriptions, sum(mrr) as mrr
            from entity.entity_subscriptions
            where mrr > 0
            group by all order by sum(mrr) desc limit 5
            """),
        ("Which bars pour the most?", """
            select location_name, city, customer_name, devices_online || '/' || devices_active as taps_online,
                   pours_30d as pours, pour_revenue_30d as revenue
            from entity.entity_locations
            where pours_30d > 0
            order by pour_revenue_30d desc, location_id limit 5
            """),
    ];
}
