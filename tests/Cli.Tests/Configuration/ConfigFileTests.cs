using Tapline.Cli.Configuration;
using Tapline.Contracts.Schema;
using Tapline.Ingest.Postgres.Envelope;
using Tapline.Lakehouse.Storage;
using Tapline.Streaming;
using Tapline.TestKit.Storage;

namespace Tapline.Cli.Tests.Configuration;

public sealed class ConfigFileTests
{
    const string Whole = """
        pipeline: bar
        log: { embedded: { path: ./data/broker, port: 9192 } }
        source:
          postgres:
            connection: "${DATABASE_URL}"
            tables: ["app.*", billing.invoices]
            parallelism: 4
        lake: { path: /lakes/bar, durability: process }
        stream: { epoch_seconds: 0.5, memory_mb: 256 }
        """;

    [Fact]
    public void A_whole_file_is_read_as_it_stands()
    {
        var config = Parse(Whole, ("DATABASE_URL", "postgres://ana:s%20cret@db.example:6432/bar?sslmode=require"));

        Assert.Equal("bar", config.Name);
        Assert.Equal(new LogConfig.Embedded("/home/bar/./data/broker", 9192), config.Log);
        Assert.Equal(["app.*", "billing.invoices"], config.Source!.Tables);
        Assert.Equal("tapline_bar", config.Source.Slot);
        Assert.Equal(4, config.Source.Parallelism);
        Assert.Equal(new LakeConfig("/lakes/bar", Durability.ProcessCrash), config.Lake);
        Assert.Equal(new StreamConfig(TimeSpan.FromSeconds(0.5), 1, 256L << 20, 16 << 20), config.Stream);
        var connection = ConnectionText.Parse(config.Source.Connection);
        Assert.Equal(("db.example", 6432, "bar", "s cret"),
            (connection.Host, connection.Port, connection.Database, connection.Password));
        Assert.Equal(Npgsql.SslMode.Require, connection.SslMode);
    }

    [Fact]
    public void The_shortest_file_has_defaults_for_everything_else()
    {
        var config = Parse("pipeline: bar");

        Assert.Equal(new LogConfig.Embedded("/home/bar/tapline-data/broker", 9092), config.Log);
        Assert.Null(config.Source);
        Assert.Equal("/home/bar/lake", config.Lake.Path);
        Assert.Equal(TimeSpan.FromSeconds(1), config.Stream.Epoch);
    }

    [Fact]
    public void Five_mistakes_are_told_at_once_each_with_its_line()
    {
        var problems = Problems("""
            pipeline: bar
            log: { bootstrap: "host:9092" }
            source:
              postgres:
                connection: "${DATABASE_URL}"
                paralelism: 2
                heartbeat_seconds: soon
            lake: [1, 2]
            stream:
              lanes: 0
            """);

        Assert.Equal(
        [
            "tapline.yaml:5: source.postgres.connection needs the environment variable DATABASE_URL, which is not set",
            "tapline.yaml:6: source.postgres.paralelism is not a setting; did you mean \"parallelism\"?",
            "tapline.yaml:7: source.postgres.heartbeat_seconds must be a number of seconds, found \"soon\"",
            "tapline.yaml:8: lake must be a group of settings, found a list",
            "tapline.yaml:10: stream.lanes must be from 1 to 64, found 0",
        ], problems);
    }

    [Fact]
    public void Whole_transactions_over_several_lanes_are_refused()
    {
        var problem = Assert.Single(Problems("""
            pipeline: bar
            stream:
              lanes: 2
              transactions: whole
            """));

        Assert.Equal(
            "tapline.yaml:4: stream.transactions can be whole in one lane only: several lanes commit each for itself",
            problem);
    }

    [Fact]
    public void The_format_of_a_source_is_read_setting_by_setting()
    {
        var format = Parse("""
            pipeline: bar
            source:
              postgres:
                connection: Host=h
                format:
                  decimal: precise
                  time: adaptive_time_microseconds
                  binary: base64-url-safe
                  interval: numeric
                  hstore: map
                  schemas: true
                  tombstones: false
                  truncates: false
                  placeholder: "hex:e28898"
                  unknown_types: omit
                  structs: true
            """).Source!.Format;

        var values = new WireFormat(
            DecimalMode.Precise, TimeMode.AdaptiveTimeMicroseconds, BinaryMode.Base64UrlSafe)
        {
            Intervals = IntervalMode.Numeric,
            Hstores = HstoreMode.Map,
            UnavailablePlaceholder = "hex:e28898",
        };
        Assert.Equal(
            new EnvelopeFormat
            {
                Values = values,
                Schemas = true,
                Tombstones = false,
                Truncates = false,
                UnknownTypes = false,
                Structs = true,
            },
            format);
        Assert.Equal(
            EnvelopeFormat.Default,
            Parse("pipeline: bar\nsource: { postgres: { connection: Host=h, format: {} } }").Source!.Format);
    }

    [Fact]
    public void Mistakes_in_a_format_are_told_together()
    {
        var problems = Problems("""
            pipeline: bar
            source:
              postgres:
                connection: Host=h
                format:
                  decimal: exact
                  interval: seconds
                  schemas: yes
                  placeholder: "hex:c3"
                  decimals: string
            """);

        Assert.Equal(
        [
            "tapline.yaml:6: source.postgres.format.decimal must be string or precise or double, found \"exact\"",
            "tapline.yaml:7: source.postgres.format.interval must be string or numeric, found \"seconds\"",
            "tapline.yaml:8: source.postgres.format.schemas must be true or false, found \"yes\"",
            "tapline.yaml:9: source.postgres.format.placeholder must be a text, or hex: and the hexadecimal digits of "
                + "one in UTF-8",
            "tapline.yaml:10: source.postgres.format.decimals is not a setting; did you mean \"decimal\"?",
        ], problems);
    }

    [Fact]
    public void Tables_follow_their_source_as_the_first_pattern_that_matches_says()
    {
        var policies = Parse("""
            pipeline: bar
            stream:
              evolution:
                default: lenient
                tables: { app.orders: ignore, "billing.*": exception, "*.orders": evolve }
            """).Stream.Evolution;

        Assert.Equal(EvolutionPolicy.Lenient, policies.Of(new("app", "accounts")));
        Assert.Equal(EvolutionPolicy.Ignore, policies.Of(new("app", "orders")));
        Assert.Equal(EvolutionPolicy.Exception, policies.Of(new("billing", "orders")));
        Assert.Equal(EvolutionPolicy.Evolve, policies.Of(new("shop", "orders")));
        Assert.Equal(EvolutionPolicy.Evolve, Parse("pipeline: bar").Stream.Evolution.Of(new("app", "accounts")));
    }

    [Fact]
    public void A_table_gets_what_the_first_pattern_gives_that_matches()
    {
        var rules = Parse("""
            pipeline: bar
            stream:
              tables:
                app.orders: {}
                "app.*": { checkpoints: v2, change_feed: true, column_mapping: true, dropped_columns: drop }
            """).Stream.CurrentTables;

        Assert.Equal(
            new CurrentTableOptions
            {
                HasV2Checkpoints = true,
                KeepsChanges = true,
                MapsColumns = true,
                DropsRetired = true,
            },
            rules.Of(new("app", "accounts")));
        Assert.Equal(CurrentTableOptions.Plain, rules.Of(new("app", "orders")));
        Assert.Equal(CurrentTableOptions.Plain, rules.Of(new("billing", "orders")));
        Assert.Equal(
        [
            "tapline.yaml:4: stream.tables.orders must be a name like schema.table, with * for any",
            "tapline.yaml:5: stream.tables.a.b.checkpoints must be classic or v2, found \"3\"",
            "tapline.yaml:6: stream.tables.a.c.chekpoints is not a setting; did you mean \"checkpoints\"?",
            "tapline.yaml:7: stream.tables.a.e.dropped_columns can be drop with column_mapping: true only",
            "tapline.yaml:8: stream.tables.a.d must be a group of settings, found \"v2\"",
        ], Problems("""
            pipeline: bar
            stream:
              tables:
                orders: {}
                a.b: { checkpoints: 3 }
                a.c: { chekpoints: v2 }
                a.e: { dropped_columns: drop }
                a.d: v2
            """));
    }

    [Fact]
    public void Mistakes_in_policies_are_told_each_with_its_line()
    {
        var problems = Problems("""
            pipeline: bar
            stream:
              evolution:
                defalt: evolve
                tables:
                  orders: ignore
                  app.orders: strict
                  app.users: [evolve]
            """);

        Assert.Equal(
        [
            "tapline.yaml:4: stream.evolution.defalt is not a setting; did you mean \"default\"?",
            "tapline.yaml:6: stream.evolution.tables.orders must be a name like schema.table, with * for any",
            "tapline.yaml:7: stream.evolution.tables.app.orders must be evolve or lenient or exception or ignore, "
                + "found \"strict\"",
            "tapline.yaml:8: stream.evolution.tables.app.users must be one value, found a list",
        ], problems);
    }

    [Fact]
    public void A_missing_setting_is_named_where_it_should_stand()
    {
        var problems = Problems("lake: { path: x }\nsource:\n  postgres:\n    slot: a\n");

        Assert.Equal(
        [
            "tapline.yaml:1: pipeline is missing",
            "tapline.yaml:4: source.postgres.connection is missing",
        ], problems);
    }

    [Fact]
    public void A_log_is_either_embedded_or_a_cluster()
    {
        Assert.Contains("needs one of embedded", Assert.Single(
            Problems("pipeline: a\nlog: { embedded: {}, bootstrap: 'h:1' }\n")), StringComparison.Ordinal);
        var cluster = (LogConfig.Cluster)Parse(
            "pipeline: a\nlog: { bootstrap: 'h:1', client: { security.protocol: ssl } }\n").Log;
        Assert.Equal("ssl", cluster.Client["security.protocol"]);
    }

    [Fact]
    public void A_lake_may_be_a_bucket()
    {
        var lake = Parse(
            """
            pipeline: bar
            lake:
              path: s3://bars/prod/lake/
              s3: { endpoint: "https://s3.example.com", access_key: a, secret_key: "${S}", cache: copies, cache_mb: 64 }
            """,
            ("S", "hidden")).Lake.S3!;

        Assert.Equal(("bars", "prod/lake", true), (lake.Bucket, lake.Prefix, lake.IsPathStyle));
        Assert.Equal(("/home/bar/copies", 64L << 20), (lake.CacheFolder, lake.CacheBytesMax));
        Assert.Equal(("a", "hidden"), (lake.AccessKey, lake.SecretKey));
        Assert.DoesNotContain("hidden", lake.ToString(), StringComparison.Ordinal);
        var bare = Parse("pipeline: bar\nlake: { path: \"s3://bars\" }\n").Lake.S3!;
        Assert.Equal(("bars", "", false, null), (bare.Bucket, bare.Prefix, bare.IsPathStyle, bare.AccessKey));
    }

    [Fact]
    public void A_bucket_with_half_of_its_settings_is_refused_in_words() => Assert.Equal(
        [
            "tapline.yaml:2: lake.path must be s3://bucket or s3://bucket/prefix, found \"s3://\"",
            "tapline.yaml:2: lake.s3.endpoint must be a URL like https://s3.example.com, found \"there\"",
            "tapline.yaml:2: lake.s3.secret_key is missing: it takes both or none",
        ],
        Problems("pipeline: bar\nlake: { path: \"s3://\", s3: { endpoint: there, access_key: a } }\n"));

    [Fact]
    public void A_variable_cannot_change_the_structure_of_the_file()
    {
        var config = Parse("pipeline: bar\nlake: { path: \"${P}\" }\n", ("P", "x }\nstream: { lanes: 7 }"));

        Assert.Equal(1, config.Stream.Lanes);
        Assert.EndsWith("x }\nstream: { lanes: 7 }", config.Lake.Path, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("${A}", "one")]
    [InlineData("${B:-two}", "two")]
    [InlineData("${B:-}", "")]
    [InlineData("x${A}y${A}", "xoneyone")]
    [InlineData("$${A} $A", "${A} $A")]
    public void Variables_are_put_into_values(string text, string expected) =>
        Assert.Equal(expected, EnvironmentText.Expand(text, static name => name == "A" ? "one" : null, []));

    [Fact]
    public void A_secret_is_read_from_its_file_without_the_line_end()
    {
        using var folder = new TemporaryFolder("secret");
        var file = Path.Combine(folder.FullPath, "password");
        File.WriteAllText(file, "s3 cret\n");

        var config = Parse("pipeline: a\nsource: { postgres: { connection: "
            + $"\"Host=h;Database=d;Password=${{file:{file}}}\" }} }}\n");

        Assert.Equal("s3 cret", ConnectionText.Parse(config.Source!.Connection).Password);
    }

    [Fact]
    public void A_secret_file_that_gives_nothing_is_told_with_its_reason_and_without_what_it_holds()
    {
        using var folder = new TemporaryFolder("secret");
        File.WriteAllText(Path.Combine(folder.FullPath, "empty"), "\n");
        File.WriteAllText(Path.Combine(folder.FullPath, "long"), new string('x', 100_000));

        var problems = Problems($$"""
            pipeline: a
            lake:
              path: "${file:{{folder.FullPath}}/absent}"
            source:
              postgres:
                connection: "${file:{{folder.FullPath}}/empty}"
                slot: "${file:{{folder.FullPath}}/long}"
                publication: "${file:here}"
            """);

        Assert.Contains(
            $"tapline.yaml:3: lake.path needs the file {folder.FullPath}/absent, which is not there", problems);
        Assert.Contains(problems, static problem => problem.Contains("which is empty", StringComparison.Ordinal));
        Assert.Contains(problems, static problem => problem.Contains("longer than 65536", StringComparison.Ordinal));
        Assert.Contains(problems, static problem => problem.Contains(
            "the file here, whose path must begin at the root", StringComparison.Ordinal));
        Assert.DoesNotContain(problems, static problem => problem.Contains("xxx", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Host=h;Password=secret;Database=d", "h:5432/d")]
    [InlineData("postgres://u:secret@h:1/d", "h:1/d")]
    [InlineData("nonsense secret", "(not a connection string)")]
    public void A_connection_is_shown_without_its_secret(string text, string expected) =>
        Assert.Equal(expected, ConnectionText.Masked(text));

    [Fact]
    public void What_is_no_yaml_is_told_with_its_line()
    {
        var problem = Assert.Single(Problems("pipeline: a\nlog: [\n"));

        Assert.Matches("^tapline.yaml:[23]: is not YAML: ", problem);
    }

    static PipelineConfig Parse(string yaml, params (string Name, string Value)[] variables) =>
        ConfigFile.Parse(yaml, "tapline.yaml", "/home/bar",
            name => variables.FirstOrDefault(variable => variable.Name == name).Value);

    static IReadOnlyList<string> Problems(string yaml) =>
        Assert.Throws<ConfigException>(() => Parse(yaml)).Problems;
}
