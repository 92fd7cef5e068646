namespace Tapline.Models.Tests.Lineage;

/// <summary>Views over the small package: their SQL, and what each column follows from. Columns in brackets are
/// filters.</summary>
static class CasesBySql
{
    /// <summary>What they call.</summary>
    public const string Macros = """
        create macro twice(x) as 2 * x;
        create macro ignores(x, y) as x + 1;
        create macro totals(x) as sum(x) over ();
        create macro reads(x) as x * (select max(high_value) from params where high_value > 0);
        create macro rows_of(x) as table select high_value + x as n from params;
        """;

    /// <summary>All of them.</summary>
    public static CaseList Cases { get; } = new()
    {
        { "select id as a, 1 as b from accounts", "a: accounts.id", "b:" },
        { "select * from plans", "id: plans.id", "price: plans.price", "rank: plans.rank" },
        { "select * exclude (id) replace (price * rank as price) from plans",
            "price: plans.price plans.rank", "rank: plans.rank" },
        { "select p.* rename (rank as place) from accounts join plans as p on true",
            "id: plans.id", "price: plans.price", "place: plans.rank" },
        { "select columns('^(price|rank)$') + 1 from plans", "price: plans.price", "rank: plans.rank" },
        { "select coalesce(a.name, p.id) as n from accounts a left join plans p on p.id = a.plan_id",
            "n: [accounts.plan_id] accounts.name plans.id" },
        { "select a.name, price from accounts a left join plans p on p.id = a.plan_id and rank > 1",
            "name: accounts.name", "price: [accounts.plan_id] [plans.id] [plans.rank] plans.price" },
        { "select a.name from accounts a left join plans p on p.id = a.plan_id where p.id is null",
            "name: [accounts.plan_id] [plans.id] accounts.name" },
        { "select count(a.name) as n from accounts a left join plans p on p.id = a.plan_id",
            "n: [accounts.plan_id] [plans.id] accounts.name" },
        { "select a.name, p.price from accounts a left join (select id, price from plans where rank > 1) p "
            + "on p.id = a.plan_id", "name: accounts.name",
            "price: [accounts.plan_id] [plans.id] [plans.rank] plans.price" },
        { "with x as (select id as i, name from accounts where status = 'active'), y as (select * from x) "
            + "select y.name from y", "name: [accounts.status] accounts.name" },
        { "with x(one, two) as (select id, name from accounts) select two from x", "two: accounts.name" },
        { "select b from (select id, price + rank from plans) as t(a, b)", "b: plans.price plans.rank" },
        { "select * from (select id, name from accounts) a join (select id, price from plans) p using (id)",
            "id: [plans.id] accounts.id", "name: [accounts.id] [plans.id] accounts.name",
            "price: [accounts.id] [plans.id] plans.price" },
        { "select id from (select id from accounts) a full join (select id from plans) p using (id)",
            "id: accounts.id plans.id" },
        { "select id from (select id from accounts) a right join (select id from plans) p using (id)",
            "id: [accounts.id] plans.id" },
        { "select price from (select id from accounts) a natural join plans",
            "price: [accounts.id] [plans.id] plans.price" },
        { "select name from accounts semi join plans on plans.id = accounts.plan_id",
            "name: [accounts.plan_id] [plans.id] accounts.name" },
        { "select id, name as n from accounts union all select id, city from locations",
            "id: accounts.id locations.id", "n: accounts.name locations.city" },
        { "select id, name from accounts union all by name select city as name, id from locations",
            "id: accounts.id locations.id", "name: accounts.name locations.city" },
        { "select id from accounts except select id from plans", "id: [plans.id] accounts.id" },
        { "select price * 2 as double, double + rank as more from plans",
            "double: plans.price", "more: plans.price plans.rank" },
        { "select sum(amount) filter (where paid_on > date '2025-01-01') as s, account_id from payments group by all",
            "s: [payments.account_id] [payments.paid_on] payments.amount", "account_id: payments.account_id" },
        { "select sum(amount) as s, paid_on as d from payments group by 2",
            "s: [payments.paid_on] payments.amount", "d: payments.paid_on" },
        { "select sum(amount) as s from payments group by account_id having count(*) > 1",
            "s: [payments.account_id] [payments.id] payments.amount" },
        { "select count(*) as n, sum(1) as m from payments", "n: payments.id", "m: payments.id" },
        { "select count(*) over (partition by account_id order by paid_on) as n from payments",
            "n: [payments.account_id] [payments.paid_on] payments.id" },
        { "select count(*) as n from accounts_changes", "n: accounts_changes._offset accounts_changes.id" },
        { "select count(*) as n from iot_pour", "n: iot_pour.boot_id iot_pour.device_id iot_pour.seq" },
        { "with d as (select account_id, count(*) as c from payments group by 1) select count(*) as n from d",
            "n: payments.account_id" },
        { "select lag(status) over (partition by id order by _offset) as b from accounts_changes",
            "b: [accounts_changes._offset] [accounts_changes.id] accounts_changes.status" },
        { "select sum(amount) over w as s from payments window w as (partition by account_id order by paid_on)",
            "s: [payments.account_id] [payments.paid_on] payments.amount" },
        { "select row_number() over (partition by account_id order by paid_on) as n from payments",
            "n: [payments.account_id] payments.paid_on" },
        { "select name from accounts qualify row_number() over (partition by plan_id order by id) = 1",
            "name: [accounts.id] [accounts.plan_id] accounts.name" },
        { "select case when status = 'trial' then name else id end as c from accounts",
            "c: accounts.id accounts.name accounts.status" },
        { "select (select max(price) from plans where plans.id = a.plan_id) as p from accounts a",
            "p: [accounts.plan_id] [plans.id] plans.price" },
        { "select exists (from plans where plans.id = a.plan_id and rank > 1) as e from accounts a",
            "e: [accounts.plan_id] [plans.rank] plans.id" },
        { "select name in (select id from plans where rank > 1) as e from accounts",
            "e: [plans.rank] accounts.name plans.id" },
        { "select twice(rank) as t from plans", "t: plans.rank" },
        { "select ignores(price, rank) as i, totals(rank) as t from plans",
            "i: plans.price", "t: plans.rank" },
        { "select reads(rank) as r from plans", "r: params.high_value plans.rank" },
        { "select n from rows_of(7)", "n: params.high_value" },
        { "select unnest(string_split(name, ',')) as part from accounts", "part: accounts.name" },
        { "select part from accounts, unnest(string_split(name, ',')) as t(part)", "part: accounts.name" },
        { "select r.generate_series as g from plans, generate_series(1, rank) as r", "g: plans.rank" },
        { "select l.x from accounts a, lateral (select a.name || p.id as x from plans p) l",
            "x: accounts.name plans.id" },
        { "select array_to_string(list_transform(string_split(name, ','), id -> upper(id) || status), '') as l "
            + "from accounts",
            "l: accounts.name accounts.status" },
        { "select payload -> '$.a' as a from iot_pour", "a: iot_pour.payload" },
        { "with recursive r as (select id, price as p from plans union all select id, p + rank from r join plans "
            + "using (id) where p < 9) select p from r", "p: [plans.id] plans.price plans.rank" },
        { "select v.b from accounts, (values (1, 2)) as v(a, b)", "b:" },
        { "select distinct on (plan_id) name from accounts order by plan_id, id",
            "name: [accounts.id] [accounts.plan_id] accounts.name" },
        { "select name from accounts order by id", "name: accounts.name" },
        { "select as_of - 1 as d, high_value as v from clock, params", "d: clock.as_of", "v: params.high_value" },
        { "select arg_max(name, id order by status) as n from accounts",
            "n: [accounts.status] accounts.id accounts.name" },
        { "select {'f': name}.f as f, struct_pack(a := id).a as g from accounts",
            "f: accounts.name", "g: accounts.id" },
        { "select v from (unpivot plans on price, rank into name k value v)",
            "v: plans.id plans.price plans.rank" },
    };
}

/// <summary>Cases in their order.</summary>
sealed class CaseList : List<(string Sql, string[] Expected)>
{
    /// <summary>Adds one.</summary>
    public void Add(string sql, params string[] expected) => Add((sql, expected));
}
