using System.Text;
using System.Text.Json;
using Tapline.Cli.Generate;
using Tapline.Cli.Generate.Rows;
using Tapline.Contracts.Schema;
using Tapline.Lakehouse.DuckDb;

namespace Tapline.Cli.Tests.Generate;

/// <summary>The books against plain SQL over what the topics have: each row of each file.</summary>
public sealed class OracleTests(OracleTests.Booked booked) : IClassFixture<OracleTests.Booked>
{
    /// <summary>The business and its books, made once, and read into DuckDB.</summary>
    public sealed class Booked : IAsyncLifetime
    {
        readonly string _folder = Directory.CreateTempSubdirectory("tapline-generate-").FullName;
        readonly DuckDbDatabase _database = DuckDbDatabase.Open();
        DuckDbConnection? _connection;

        internal DuckDbConnection Connection => _connection!;

        internal string Expected => Path.Combine(_folder, "expected");

        public async ValueTask InitializeAsync()
        {
            var options = new GeneratorOptions
            {
                Seed = 11,
                Size = BarSize.Find("XS")!,
                Days = 62,
                Faults = GeneratorFaults.Parse("default,moves=0.05,corrections=0.05,voided_invoices=0.05,late=0.01,"
                    + "user_deletes=0.02,late_usage=0.01,spend_restated=0.05"),
                HasDevices = true,
            };
            // Heartbeats are in none of these books: fewer of them take less time.
            options = options with { Size = options.Size with { HeartbeatSeconds = 3600 } };
            await using var log = await GeneratedLog.MakeAsync(options, Expected);
            _connection = _database.Connect();
            _connection.Execute("set timezone = 'UTC'");
            foreach (var table in BarSchema.All)
                await LoadAsync(log, table);
            await LoadPoursAsync(log);
            _connection.Execute("create view known as select id as account_id from app_accounts_all where not is_test");
        }

        public ValueTask DisposeAsync()
        {
            _connection?.Dispose();
            _database.Dispose();
            Directory.Delete(_folder, recursive: true);
            return ValueTask.CompletedTask;
        }

        // The changes, each once, as x_changes; the rows that are left as x; the newest of every row that was as x_all.
        async Task LoadAsync(GeneratedLog log, BarTable table)
        {
            var name = BarSchema.NameOf(table).Replace('.', '_');
            var path = Path.Combine(_folder, $"{name}.json");
            await using (var file = new StreamWriter(path))
            {
                var (seen, offset) = (new HashSet<string>(), 0);
                await foreach (var (key, value) in log.RecordsAsync($"bar.{BarSchema.NameOf(table)}"))
                {
                    if (value is null)
                        continue;
                    using var json = JsonDocument.Parse(value);
                    var (root, source) = (json.RootElement, json.RootElement.GetProperty("source"));
                    if (source.GetProperty("snapshot").GetString() == "incremental"
                        || !seen.Add($"{source.GetProperty("sequence")} {key}"))
                        continue;
                    var op = root.GetProperty("op").GetString();
                    var row = root.GetProperty(op == "d" ? "before" : "after");
                    var own = row.ToString()[1..];
                    await file.WriteLineAsync(
                        $$"""{"_op":"{{op}}","_offset":{{offset++}},"_us":{{source.GetProperty("ts_us")}},{{own}}""");
                }
            }
            var schema = BarSchema.Load().Of(table);
            var columns = string.Join(", ", schema.Columns.Select(static column => $"{column.Name}: 'VARCHAR'"));
            var casts = string.Join(", ", schema.Columns.Select(Cast));
            var keys = string.Join(", ", schema.KeyColumns.Select(static column => column.Name));
            Connection.Execute(
                $"create table {name}_changes as select _op, _offset, make_timestamptz(_us) as _source_ts, {casts} "
                + $"from read_json('{path}', format = 'newline_delimited', columns = {{_op: 'VARCHAR', "
                + $"_offset: 'BIGINT', _us: 'BIGINT', {columns}}})");
            Connection.Execute($"create view {name}_all as select * from {name}_changes "
                + $"qualify row_number() over (partition by {keys} order by _offset desc) = 1");
            Connection.Execute($"create view {name} as select * from {name}_all where _op <> 'd'");
        }

        async Task LoadPoursAsync(GeneratedLog log)
        {
            var path = Path.Combine(_folder, "pours.json");
            await using (var file = new StreamWriter(path))
            {
                await foreach (var (_, value) in log.RecordsAsync("bar.iot.pour"))
                    await file.WriteLineAsync(value);
            }
            Connection.Execute($$"""
                create table pours as
                select distinct on (device_id, boot_id, seq) *
                from read_json('{{path}}', format = 'newline_delimited', columns = {
                  device_id: 'VARCHAR', boot_id: 'VARCHAR', seq: 'BIGINT', ts: 'TIMESTAMPTZ',
                  received_at: 'TIMESTAMPTZ', kind: 'VARCHAR', op: 'VARCHAR', volume_ml: 'BIGINT',
                  target_ml: 'BIGINT', amount_minor: 'BIGINT'})
                where year(ts) > 1970 and received_at <= ts + interval 7 days
                """);
        }

        static string Cast(ColumnSchema column) => column.SourceType switch
        {
            "date" => $"cast(replace({column.Name}, 'Z', '') as date) as {column.Name}",
            "uuid" or "jsonb" or "text" or "text[]" => column.Name,
            _ => $"cast({column.Name} as {column.SourceType}) as {column.Name}",
        };
    }

    [Fact]
    public void Pours() => Same("pours", """
        with placed as (
          select *, case when _op = 'r' then timestamptz '1971-01-01' else _source_ts end as placed_at
          from app_devices_changes
          where _op <> 'd'
        )
        select device_id, location_id, account_id, cast(timezone(timezone, ts) - interval 5 hours as date) as date,
          coalesce(sum(case op when 'void' then -1 else 1 end) filter (where kind in ('sale', 'comp')), 0) as pours,
          coalesce(sum(case op when 'void' then -1 else 1 end * volume_ml)
            filter (where kind in ('sale', 'comp')), 0) as volume_ml,
          sum(case op when 'void' then -1 else 1 end * case when kind = 'waste' then volume_ml
            when kind in ('sale', 'comp') then greatest(0, volume_ml - target_ml) else 0 end) as waste_ml,
          coalesce(sum(case op when 'void' then -1 else 1 end * amount_minor) filter (where kind = 'sale'), 0) / 100
            as revenue,
          count(*) as messages, count(*) filter (where op = 'void') as voids
        from pours
        asof join placed on pours.device_id = placed.id and pours.ts >= placed.placed_at
        where account_id in (from known)
        group by all
        """);

    [Fact]
    public void Usage() => Same("usage", """
        select account_id, cast(occurred_at as date) as date, count(*) as events,
          count(*) filter (where action in ('use', 'complete')) as uses,
          count(*) filter (where action = 'complete') as completions,
          count(*) filter (where action = 'error') as errors
        from app_feature_usage_events
        where received_at <= occurred_at + interval 7 days and account_id in (from known)
        group by all
        """);

    [Fact]
    public void Visits() => Same("visits", """
        select account_id, date, count(session) as sessions, count(page) as page_events
        from (
          select account_id, cast(started_at as date) as date, id as session, null as page from app_user_sessions
          union all
          select account_id, cast(occurred_at as date), null, id from app_page_events
        )
        where account_id in (from known)
        group by all
        """);

    [Fact]
    public void Invoices() => Same("invoices", """
        select account_id, cast(issued_at as date) as date, count(*) as invoices,
          sum(round(cast(total - tax as decimal(20, 2)) * fx_rate, 2)) as invoiced
        from billing_invoices
        where status not in ('draft', 'void') and account_id in (from known)
        group by all
        """);

    [Fact]
    public void Payments() => Same("payments", """
        select account_id, cast(attempted_at as date) as date,
          count(*) filter (where kind = 'charge' and status = 'succeeded') as charges,
          coalesce(sum(round(amount * fx_rate, 2)) filter (where kind = 'charge' and status = 'succeeded'), 0)
            as collected,
          coalesce(sum(round(amount * fx_rate, 2)) filter (where kind = 'refund' and status = 'succeeded'), 0)
            as refunded,
          count(*) filter (where kind = 'charge' and status = 'failed') as failed
        from billing_payments
        where account_id in (from known)
        group by all
        """);

    [Fact]
    public void Care() => Same("care", """
        select account_id, date, sum(opened) as tickets_opened, sum(solved) as tickets_solved,
          sum(answers) as nps_responses, sum(promoters) as nps_promoters, sum(detractors) as nps_detractors
        from (
          select account_id, cast(opened_at as date) as date, 1 as opened, 0 as solved, 0 as answers,
            0 as promoters, 0 as detractors
          from app_support_tickets
          union all
          select account_id, cast(solved_at as date), 0, 1, 0, 0, 0 from app_support_tickets
          where solved_at is not null
          union all
          select account_id, cast(responded_at as date), 0, 0, 1, if(score >= 9, 1, 0), if(score <= 6, 1, 0)
          from app_nps_responses
        )
        where account_id in (from known)
        group by all
        """);

    [Fact]
    public void Spend() => Same("spend", """
        select campaign_id, spend_date as date, sum(round(amount * fx_rate, 2)) as spend,
          sum(impressions) as impressions, sum(clicks) as clicks
        from marketing_ad_spend
        group by all
        """);

    [Fact]
    public void Leads() => Same("leads", """
        select coalesce(campaign_id, '00000000-0000-0000-0000-000000000000') as campaign_id, date,
          count(lead) as leads, count(touch) as touches
        from (
          select campaign_id, cast(created_at as date) as date, id as lead, null as touch from marketing_leads
          union all
          select campaign_id, cast(touched_at as date), null, id from marketing_touches
        )
        group by all
        """);

    [Fact]
    public void Won() => Same("won", """
        select account_id, cast(converted_at as date) as date, count(*) as conversions, sum(mrr_amount) as mrr,
          sum(contract_value) as contract_value
        from marketing_conversions
        where kind = 'closed_won'
        group by all
        """, rowsMin: 1);

    [Fact]
    public void Movements_are_those_of_the_models()
    {
        var models = Path.Combine(AppContext.BaseDirectory, "models", "bar");
        var connection = booked.Connection;
        connection.Execute(File.ReadAllText(Path.Combine(models, "macros.sql")));
        connection.Execute("create view tenants as from known");
        connection.Execute("create view subscriptions_changes as from billing_subscriptions_changes");
        foreach (var model in new[] { "subscription_versions", "subscription_movements", "customer_movements" })
        {
            var text = File.ReadAllText(Path.Combine(models, "stage", $"{model}.sql"));
            var body = text[(text.IndexOf("\n---\n", StringComparison.Ordinal) + 5)..];
            connection.Execute($"create table {model} as {body}");
        }

        Same("subscription_movements", """
            select subscription_id, customer_id as account_id, date, mrr_prev, mrr from subscription_movements
            """);
        Same("movements", """
            select customer_id as account_id, date, mrr_prev, mrr, new_mrr, reactivation_mrr, expansion_mrr,
              contraction_mrr, churned_mrr
            from customer_movements
            """);
        Assert.True(Count("select count(*) from customer_movements where churned_mrr > 0") > 0);
        Assert.True(Count("select count(*) from customer_movements where expansion_mrr > 0") > 0);
        Assert.True(Count("select count(*) from billing_subscriptions_changes where change_kind = 'correction'") > 0);
        // Each day's closing is what moved until then.
        Assert.Equal(0, Count($"""
            select count(*)
            from read_csv('{booked.Expected}/mrr.csv') as daily
            asof join customer_movements as moved
              on cast(daily.account_id as varchar) = moved.customer_id and daily.date >= moved.date
            where cast(daily.mrr as decimal(18, 2)) <> moved.mrr
            """));
    }

    // Both ways: nothing is missing and nothing is too much. Rows of zeros are written nowhere.
    void Same(string book, string sql, int rowsMin = 10)
    {
        var (expected, columns) = ($"read_csv('{booked.Expected}/{book}.csv', all_varchar = true)", Columns(book));
        var found = $"(select {Texts(columns)} from ({sql}))";
        var told = $"(select {Texts(columns)} from {expected})";

        Assert.True(Count($"select count(*) from {told}") >= rowsMin, $"{book} has hardly a row");
        Assert.Equal((book, 0), (book, Count($"select count(*) from ({told} except all {found})")));
        Assert.Equal((book, 0), (book, Count($"select count(*) from ({found} except all {told})")));
    }

    string[] Columns(string book) => File.ReadLines(Path.Combine(booked.Expected, $"{book}.csv")).First().Split(',');

    // Amounts have two digits in every file.
    static string Texts(string[] columns) => string.Join(", ", columns.Select(static column =>
        column.EndsWith("_id", StringComparison.Ordinal) || column == "date"
            ? $"cast({column} as varchar) as {column}"
            : $"cast({column} as decimal(18, 2)) as {column}"));

    long Count(string sql)
    {
        using var result = booked.Connection.Query(sql);
        using var chunk = result.NextChunk()!;
        return chunk.Column(0).Int64s[0];
    }
}
