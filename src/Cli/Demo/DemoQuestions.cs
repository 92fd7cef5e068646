namespace Tapline.Cli.Demo;

/// <summary>What the owner of the bar business wants to know. Plain SQL over the lake's current rows.</summary>
static class DemoQuestions
{
    /// <summary>The questions with their statements.</summary>
    public static readonly (string Question, string Sql)[] All =
    [
        ("Which paying customers are at risk?", """
            select a.name, a.country, sum(s.quantity * s.unit_amount) as contract_value,
                   any_value(t.open_tickets) as open_tickets, any_value(p.failed) as failed_payments
            from app.accounts a
            join billing.subscriptions s on s.account_id = a.id and s.status in ('active', 'past_due')
            join (select account_id, count(*) as open_tickets from app.support_tickets
                  where status = 'open' group by all) t on t.account_id = a.id
            join (select account_id, count(*) as failed from billing.payments
                  where status = 'failed' group by all) p on p.account_id = a.id
            group by a.id, a.name, a.country
            order by failed_payments desc, contract_value desc, a.name limit 5
            """),
        ("Where does the recurring revenue come from?", """
            select p.plan_rank, a.country, count(*) as subscriptions,
                   round(sum(s.quantity * s.unit_amount * (1 - s.discount_percent / 100)
                     / case s.billing_interval when 'year' then 12 when 'quarter' then 3 else 1 end), 2) as monthly
            from billing.subscriptions s
            join billing.plans p on p.id = s.plan_id
            join app.accounts a on a.id = s.account_id
            where s.status in ('active', 'past_due') and not s.is_metered
            group by all order by monthly desc limit 5
            """),
        ("Which taps wait for a technician?", """
            select d.model, d.firmware_version, count(distinct d.id) as taps, count(*) as tickets,
                   count(*) filter (where t.priority = 'critical') as critical
            from app.devices d
            join app.maintenance_tickets t on t.device_id = d.id and t.status = 'open'
            where d.status = 'maintenance'
            group by all order by critical desc, tickets desc, d.model, d.firmware_version limit 5
            """),
    ];
}
