using Tapline.Cli.Configuration;
using Tapline.Models;

namespace Tapline.Models.Tests.Law;

/// <summary>Packages for tests: one that has each kind of path once, and those of the project.</summary>
static class TestPackage
{
    const string Sources = """
        tables:
          app.accounts:
            key: [id]
            columns:
              id: text not null
              name: text
              plan_id: text
              status: { type: text, accepted: [trial, active, closed] }
          app.plans:
            key: [id]
            columns: { id: text not null, price: "numeric(10,2)", rank: integer }
          app.locations:
            key: [id]
            columns: { id: text not null, account_id: text, city: text }
          app.devices:
            key: [id]
            columns: { id: text not null, location_id: text, model: text, installed_on: date }
          app.payments:
            key: [id]
            columns: { id: bigint not null, account_id: text, amount: "numeric(10,2)", paid_on: date }
        streams:
          pour:
            columns: { volume_ml: integer, kind: text }
        """;

    static readonly Dictionary<string, string> Files = new()
    {
        ["params.yaml"] = "high_value: 100.00\n",
        ["macros.sql"] = "create or replace macro twice(x) as 2 * x;",
        ["fold/device_days.sql"] = """
            ---
            kind: fold
            key: [device_id, day]
            ---
            select device_id, ts::date as day, count(*) as pours, sum(volume_ml) as volume_ml,
                   max(volume_ml) as largest, min(kind) as kind, bit_or(1::bigint << (volume_ml % 60)) as mask
            from iot_pour
            group by all
            """,
        ["fold/payment_days.sql"] = """
            ---
            kind: fold
            key: [account_id, paid_on]
            ---
            select account_id, paid_on, count(*) as payments, coalesce(sum(amount), 0)::decimal(18, 2) as amount
            from payments
            group by all
            """,
        ["stage/device_accounts.sql"] = """
            ---
            key: device_id
            inputs: { devices: id, locations: id = devices.location_id }
            ---
            select d.id as device_id, d.model, l.account_id, l.city
            from devices d left join locations l on l.id = d.location_id
            """,
        ["stage/account_days.sql"] = """
            ---
            key: [account_id, day]
            by: account_id
            inputs:
              device_accounts: account_id
              device_days: device_id = device_accounts.device_id
            ---
            select a.account_id, d.day, sum(d.volume_ml) as volume_ml
            from device_accounts a join device_days d using (device_id)
            group by all
            """,
        ["stage/status_changes.sql"] = """
            ---
            key: [account_id, place]
            by: account_id
            inputs: { accounts_changes: id }
            ---
            select id as account_id, _offset as place, status,
                   lag(status) over (partition by id order by _offset) as status_before
            from accounts_changes
            """,
        ["stage/model_count.sql"] = """
            ---
            key: model
            inputs: { devices: model }
            ---
            select model, count(*) as devices from devices group by all
            """,
        ["entity/entity_accounts.sql"] = """
            ---
            key: account_id
            inputs:
              accounts: id
              plans: id = accounts.plan_id
              locations: account_id
              devices: location_id = locations.id
              payment_days: account_id
              account_days: account_id
              model_count: all
            time: date
            history: [status, plan_price, devices]
            carried: [name]
            tests: { account_id: [unique, not_null] }
            ---
            with device_count as (
                select l.account_id, count(*) as devices
                from locations l join devices d on d.location_id = l.id
                group by all
            ), paid as (
                select p.account_id, sum(p.amount) as paid_30d
                from payment_days p, clock c
                where p.paid_on > c.as_of - 30 and p.paid_on <= c.as_of
                group by all
            ), poured as (
                select account_id, sum(volume_ml) as volume_ml from account_days group by all
            )
            select a.id as account_id, a.name, a.status, p.price as plan_price, twice(p.rank) as rank,
                   coalesce(d.devices, 0) as devices, coalesce(x.paid_30d, 0)::decimal(18, 2) as paid_30d,
                   coalesce(x.paid_30d, 0) > (select high_value from params) as is_high_value,
                   coalesce(o.volume_ml, 0)::bigint as volume_ml, (select count(*) from model_count) as models
            from accounts a
            left join plans p on p.id = a.plan_id
            left join device_count d on d.account_id = a.id
            left join paid x on x.account_id = a.id
            left join poured o on o.account_id = a.id
            """,
        ["stage/account_stands.sql"] = """
            ---
            kind: snapshot
            key: [account_id, day]
            by: account_id
            inputs: { entity_accounts: account_id }
            time: date
            ---
            select account_id, c.as_of as day, status, devices, paid_30d, volume_ml from entity_accounts, clock c
            """,
        ["stage/calendar.sql"] = """
            ---
            key: day
            by: []
            time: date
            ---
            select cast(unnest(generate_series(c.started_at::date, c.as_of, interval 1 day)) as date) as day
            from clock c
            """,
        ["stage/statuses.sql"] = """
            ---
            key: status
            by: []
            inputs: { accounts: all, plans: all }
            ---
            select status, count(*) as accounts, (select count(*) from plans) as plans
            from accounts group by status
            """,
        ["grain/account_daily.sql"] = """
            ---
            key: [account_id, day]
            inputs:
              account_stands: [account_id, day]
              payment_days: [account_id, paid_on]
              calendar: day = account_stands.day
            ---
            select s.account_id, s.day, s.status, s.volume_ml, coalesce(p.amount, 0)::decimal(18, 2) as paid,
                   d.day is not null as is_known
            from account_stands s
            left join payment_days p on p.account_id = s.account_id and p.paid_on = s.day
            left join calendar d on d.day = s.day
            """,
        ["mart/high_value.sql"] = """
            ---
            kind: view
            ---
            select count(*) as accounts from entity_accounts where is_high_value
            """,
    };

    /// <summary>The package that has each kind of path.</summary>
    public static ModelPackage Small() => Of(Files);

    /// <summary>That package with some files changed, or added, or left out (null).</summary>
    public static ModelPackage With(params (string Name, string? Text)[] changed)
    {
        var files = new Dictionary<string, string>(Files);
        foreach (var (name, text) in changed)
        {
            if (text is null)
                files.Remove(name);
            else
                files[name] = text;
        }
        return Of(files);
    }

    /// <summary>A package of the project.</summary>
    public static ModelPackage Of(string folder) => PackageLoader.Load(
        folder,
        SourcesFile.Parse(
            File.ReadAllText(Path.Combine(folder, "sources.yaml")), "sources.yaml", static _ => null));

    static ModelPackage Of(Dictionary<string, string> files)
    {
        var folder = Directory.CreateTempSubdirectory("tapline-models-");
        try
        {
            foreach (var (name, text) in files)
            {
                var path = Path.Combine(folder.FullName, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllText(path, text);
            }
            return PackageLoader.Load(folder.FullName, SourcesFile.Parse(Sources, "sources.yaml", static _ => null));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
