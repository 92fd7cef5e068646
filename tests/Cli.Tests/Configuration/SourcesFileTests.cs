using Tapline.Cli.Configuration;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;
using Tapline.TestKit.Storage;

namespace Tapline.Cli.Tests.Configuration;

public sealed class SourcesFileTests
{
    const string Whole = """
        format: { decimal: string, time: isostring }
        tables:
          "app.*":
            format: { binary: hex, placeholder: __none__, envelope: flattened }
          app.accounts:
            key: [id]
            tenancy: id
            evolution: lenient
            columns:
              id: bigint not null
              name: { type: varchar(20), pii: true }
              mrr: { type: "numeric(10, 2)", range: [">= 0", "< 1000.50"] }
              status: { type: text, not_null: true, accepted: [active, closed] }
              seen: timestamptz(3)
              tags: text[]
        """;

    [Fact]
    public void A_whole_file_is_read_as_it_stands()
    {
        var accounts = new TableId("app", "accounts");
        var declared = Parse(Whole).Find(accounts)!;
        var schema = declared.SchemaOf(accounts)!;

        Assert.Equal(
            [
                ("id", "bigint", false, 0), ("name", "character varying(20)", true, -1),
                ("mrr", "numeric(10,2)", true, -1), ("status", "text", false, -1),
                ("seen", "timestamp(3) with time zone", true, -1), ("tags", "text[]", true, -1),
            ],
            schema.Columns.Select(static c => (c.Name, c.SourceType, c.Nullable, c.KeyOrdinal)));
        Assert.Equal(
            WireFormat.DebeziumDefault with
            {
                Decimals = DecimalMode.String,
                Times = TimeMode.IsoString,
                Binary = BinaryMode.Hex,
                UnavailablePlaceholder = "__none__",
                Form = EventForm.Flattened,
            },
            schema.Format);
        Assert.Equal(
            [new RangeBound(RangeComparison.AtLeast, "0"), new RangeBound(RangeComparison.Below, "1000.50")],
            declared.Columns[2].Range);
        Assert.Equal(["active", "closed"], declared.Columns[3].Accepted);
        Assert.Equal([false, true, false, false, false, false], declared.Columns.Select(static c => c.IsPersonal));
        Assert.Equal("id", declared.Tenancy);
        Assert.Equal(EvolutionPolicy.Lenient, declared.Evolution);
    }

    [Fact]
    public void Device_messages_are_declared_for_all_streams_and_for_each()
    {
        var devices = Parse("""
            devices:
              { table: app.taps, key: no, columns: { fw: text, v: integer }, late_seconds: 60, earliest: 2020-02-01 }
            streams:
              pour: { columns: { v: bigint not null } }
              status: { once_by: [conn_id, reason] }
            """).Devices;

        Assert.Equal(
            [("fw", "text", false), ("v", "bigint", true)],
            devices.Stream("pour").Columns.Select(static c => (c.Name, c.Type!, c.NotNull)));
        Assert.Equal(["fw", "v"], devices.Stream("other").Columns.Select(static c => c.Name));
        Assert.Equal(["conn_id", "reason"], devices.Stream("status").OnceBy);
        Assert.Equal((new TableId("app", "taps"), "no"), (devices.Table, devices.Key));
        Assert.Equal(TimeSpan.FromMinutes(1), devices.Lateness);
        Assert.Equal(new DateTimeOffset(2020, 2, 1, 0, 0, 0, TimeSpan.Zero), devices.Earliest);
        Assert.Equal(TimeSpan.FromDays(1), devices.AheadMax);
    }

    [Theory]
    [InlineData("streams: { a.b: {} }", "must be a word of letters")]
    [InlineData("streams: { a: { columns: { seq: bigint } } }", "name \"seq\", which every stream has")]
    [InlineData("streams: { a: { columns: { x: { not_null: true } } } }", "give \"x\" no type")]
    [InlineData("streams: { a: { columns: { x: text, X: text } } }", "name \"x\" twice")]
    [InlineData("streams: { a: { columns: { \"x y\": text } } }", "which can be no column")]
    [InlineData("streams: { a: { once: [x] } }", "is not a setting")]
    [InlineData("devices: { table: taps }", "must be a name like schema.table")]
    [InlineData("devices: { earliest: soon }", "must be a date like 2000-01-01")]
    public void A_mistake_about_devices_is_told(string yaml, string message) =>
        Assert.Contains(
            message, Assert.Throws<ConfigException>(() => Parse(yaml)).Problems[0], StringComparison.Ordinal);

    [Theory]
    [InlineData("interval day to second(3)", "interval day to second(3)")]
    [InlineData("INTERVAL  (3)", "interval(3)")]
    [InlineData("interval year to month[]", "interval year to month[]")]
    [InlineData("decimal (10, 2)", "numeric(10,2)")]
    [InlineData("timetz(0)[][]", "time(0) with time zone[]")]
    [InlineData("interval second to day", null)]
    public void A_type_is_brought_into_the_spelling_of_PostgreSQL(string written, string? canonical) =>
        Assert.Equal(canonical, PostgresTypeNames.Canonical(written));

    [Fact]
    public void A_table_is_found_behind_the_name_that_its_topic_had_to_take()
    {
        var declared = Parse("tables: { \"Mixed Case.Weird Täble-1\": { columns: { id: int } } }");

        Assert.Equal(
            new TableId("Mixed Case", "Weird Täble-1"), declared.TableOf("shop", "shop.Mixed_Case.Weird_T_ble-1"));
        Assert.Equal(new TableId("app", "plain"), declared.TableOf("shop", "shop.app.plain"));
        Assert.Null(declared.TableOf("shop", "shop.transaction"));
        Assert.Null(declared.SchemaOf("shop", "shop.app.plain"));
    }

    [Fact]
    public void A_later_pattern_stands_on_top_of_an_earlier_one()
    {
        var declared = Parse("""
            tables:
              "*.*": { format: { decimal: double }, columns: { id: bigint, note: text } }
              app.items: { key: id, columns: { note: { not_null: true } } }
            """);
        var schema = declared.SchemaOf("shop", "shop.app.items")!;

        Assert.Equal([("id", "bigint", 0), ("note", "text", -1)],
            schema.Columns.Select(static c => (c.Name, c.SourceType, c.KeyOrdinal)));
        Assert.False(schema.Columns[1].Nullable);
        Assert.Equal(DecimalMode.Double, schema.Format.Decimals);
        Assert.Empty(declared.SchemaOf("shop", "shop.app.other")!.KeyColumns);
    }

    [Fact]
    public void All_mistakes_are_told_at_once_each_with_its_line()
    {
        var problems = Problems("""
            format: { decimal: exact }
            tables:
              accounts: {}
              app.accounts:
                key: [idd]
                colums: {}
                columns:
                  id: bigin not null
                  status: { type: text, acepted: [a] }
                  mrr: { type: "numeric(10,2)", range: ["0"], accepted: [many] }
                  since: { type: date, range: ">= soon" }
              app.plans:
                columns: { id: int, name: { not_null: true } }
            """);

        Assert.Equal(
        [
            "sources.yaml:1: format.decimal must be precise or string or double, found \"exact\"",
            "sources.yaml:3: tables.accounts must be a name like schema.table, with * for any",
            "sources.yaml:5: tables.app.accounts.key names \"idd\", which is not one of the columns; "
                + "did you mean \"id\"?",
            "sources.yaml:6: tables.app.accounts.colums is not a setting; did you mean \"columns\"?",
            "sources.yaml:8: tables.app.accounts.columns.id is no type that is known, found \"bigin\"; "
                + "did you mean \"bigint\"?",
            "sources.yaml:8: tables.app.accounts.columns give 3 columns a type, but \"id\" none: "
                + "either all have one, or the topic says them",
            "sources.yaml:9: tables.app.accounts.columns.status.acepted is not a setting; "
                + "did you mean \"accepted\"?",
            "sources.yaml:10: tables.app.accounts.columns.mrr.range must be comparisons like \">= 0\", found \"0\"",
            "sources.yaml:10: tables.app.accounts.columns.mrr.accepted has \"many\", which is not a value of "
                + "numeric(10,2)",
            "sources.yaml:11: tables.app.accounts.columns.since.range has \"soon\", which is not a value of date",
            "sources.yaml:13: tables.app.plans.columns give 1 columns a type, but \"name\" none: "
                + "either all have one, or the topic says them",
        ], problems);
    }

    [Fact]
    public void Its_mistakes_are_told_together_with_those_of_the_file_that_names_it()
    {
        using var folder = new TemporaryFolder("sources");
        File.WriteAllText(Path.Combine(folder.FullPath, "sources.yaml"), "tables: { app.a: { kee: id } }");

        var problems = Assert.Throws<ConfigException>(() => ConfigFile.Parse(
            "pipeline: shop\nsources: sources.yaml\nsource: { debezium: {} }\nlakes: {}\n",
            "tapline.yaml", folder.FullPath, static _ => null)).Problems;

        Assert.Equal(
        [
            "tapline.yaml:4: lakes is not a setting; did you mean \"lake\"?",
            $"{folder.FullPath}/sources.yaml:1: tables.app.a.kee is not a setting; did you mean \"key\"?",
        ], problems);
    }

    static SourceDeclarations Parse(string yaml) => SourcesFile.Parse(yaml, "sources.yaml", static _ => null);

    static IReadOnlyList<string> Problems(string yaml) =>
        Assert.Throws<ConfigException>(() => Parse(yaml)).Problems;
}
