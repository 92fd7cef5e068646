using System.Text;
using Tapline.Contracts.Schema;
using Tapline.Contracts.Sources;
using Tapline.Streaming.Tests.Decoding;

namespace Tapline.Integration.Tests.Replay;

/// <summary>Replays what a real connector wrote: the lake must end in what the database held, but for what the
/// connector never said.</summary>
public sealed class CapturedReplayTests
{
    // Place, keys of the rows, reason. Exactly these and no others: what is mended has to leave the list.
    const string WholeDatabaseDifferences =
        """
        Mixed Case.Weird Täble-1.gen      | 1 3         | a generated column is not replicated
        public.accounts.note              | 2 3 6 900   | NULL arrives as the column's default
        public.accounts.seats             | 2 4 6 8 900 | NULL arrives as the column's default
        public.nullable_defaults.s        | 1 2 4       | NULL arrives as the column's default
        public.nullable_defaults.i        | 1 2 4       | NULL arrives as the column's default
        public.nullable_defaults.b        | 2 4         | NULL arrives as the column's default
        public.nullable_defaults.n        | 2 4         | NULL arrives as the column's default
        public.nullable_defaults.d        | 2 4         | NULL arrives as the column's default
        public.nullable_defaults.ts       | 2 4         | NULL arrives as the column's default
        public.nullable_defaults.f        | 2 4         | NULL arrives as the default, a function's as nothing
        public.nullable_defaults.cur      | 2 4         | NULL arrives as the default, a function's as 1970
        public.api_keys                   | 2 33        | its identity is an index: deletes name other columns
        public.burst                      | 1 2 3 6     | written under columns that were gone at the end: in quarantine
        public.evolved                    | 1 2 5 6 7 8 9 10 11 | was public.evolving when these rows were written
        types.t_arr.a_time                | 1 101       | times in arrays lose their microseconds
        types.t_arr.a_int2d               | 1 101       | the connector flattens arrays of arrays to NULLs
        types.t_arr.a_interval            | 1 3 101 103 | a type that the connector leaves out
        types.t_arr.a_money               | 1 3 101 103 | a type that the connector leaves out
        types.t_geo.c_box                 | 1 101       | a type that the connector leaves out
        types.t_geo.c_circle              | 1 101       | a type that the connector leaves out
        types.t_geo.c_line                | 1 101       | a type that the connector leaves out
        types.t_geo.c_lseg                | 1 101       | a type that the connector leaves out
        types.t_geo.c_path                | 1 101       | a type that the connector leaves out
        types.t_geo.c_polygon             | 1 101       | a type that the connector leaves out
        types.t_misc.c_comp               | 1 101       | a type that the connector leaves out
        types.t_misc.c_jsonpath           | 1 101       | a type that the connector leaves out
        types.t_misc.c_lsn                | 1 101       | a type that the connector leaves out
        types.t_misc.c_oidvec             | 1 101       | a type that the connector writes as an empty array
        types.t_misc.c_regclass           | 1 101       | a type that the connector leaves out
        types.t_misc.c_snap               | 1 101       | a type that the connector leaves out
        types.t_range.c_multi             | 1 3 101 103 | a type that the connector leaves out
        types.t_text.c_lquery             | 1 3 101 103 | a type that the connector leaves out
        types.t_text.c_tsquery            | 1 3 101 103 | a type that the connector leaves out
        types.t_text.c_name               | 101 103     | name is left out of streamed changes
        types.t_num.c_dom                 | 1 3 101 103 | a domain over numeric is announced by its own name: base64
        types.t_num.c_dom2                | 1 3 101 103 | a domain over numeric is announced by its own name: base64
        """;

    [Fact]
    public async Task The_restarted_runs_end_in_the_rows_of_the_database()
    {
        await using var replay = await CapturedReplay.RunAsync(
            "restart_db_final.json",
            "restart_run1.jsonl", "restart_run2.jsonl", "restart_run3.jsonl", "restart_run4.jsonl");
        Assert.Equal([], await replay.DifferencesAsync());
        await AssertExactlyOnceAsync(replay, repeats: 758);
        Assert.Equal(0, replay.Status.Quarantined);
    }

    [Fact]
    public async Task The_bulk_runs_end_in_the_rows_of_the_database()
    {
        await using var replay = await CapturedReplay.RunAsync(
            "bulk_db_final.json", "bulk_env_run1.jsonl", "bulk_env_run2_part0.jsonl", "bulk_env_run2_part1.jsonl");
        // ADD COLUMN … DEFAULT sends no event for the rows that the table had.
        var (added, others) = Split(
            await replay.DifferencesAsync(),
            static difference => difference is { Place: "public.g_accounts.region", Database: "eu", Lake: null });
        Assert.Equal([], others);
        Assert.Equal(542, added.Count);
        await AssertExactlyOnceAsync(replay, repeats: 2231);
        Assert.Equal(0, replay.Status.Quarantined);
    }

    [Theory]
    [InlineData("c02_default_schemas_off.jsonl", "__debezium_unavailable_value")]
    [InlineData("c08_tx_heartbeat_notomb_off.jsonl", "__unavailable__")]
    public async Task The_whole_database_ends_in_its_rows_but_for_what_the_connector_never_said(
        string file, string placeholder)
    {
        var format = WireFormat.DebeziumDefault with { UnavailablePlaceholder = placeholder };
        await using var replay = await CapturedReplay.RunAsync(
            Captures.Tables("db_final.json", "saas", format), partitions: 1, file);
        Assert.Equal(Expected(WholeDatabaseDifferences), Summary(await replay.DifferencesAsync()));
        await AssertExactlyOnceAsync(replay, repeats: 0);
        Assert.Equal(
            [
                "public.burst unknown_column 4", "saas.public.evolving unknown_table 17",
                "saas.public.sessions unknown_table 11", "saas.public.usage_events unknown_table 2",
            ],
            (await replay.Pipeline.QueryAsync(
                """SELECT "table", reason, count(*) FROM quarantine GROUP BY ALL ORDER BY ALL"""))
            .Select(static row => string.Join(' ', row)));
    }

    [Fact]
    public async Task Tables_that_a_person_declares_end_as_those_that_a_source_announces()
    {
        var declared = DeclaredSources.Of("db_final.json");
        await using var replay = await CapturedReplay.RunAsync(
            "db_final.json", declared, "c02_default_schemas_off.jsonl");
        Assert.Equal(Expected(WholeDatabaseDifferences), Summary(await replay.DifferencesAsync()));
        await AssertExactlyOnceAsync(replay, repeats: 0);
    }

    [Fact]
    public async Task Without_any_declaration_every_change_waits_in_quarantine_with_what_to_do()
    {
        await using var replay = await CapturedReplay.RunAsync(
            "restart_db_final.json", SourceDeclarations.None, "restart_run1.jsonl");
        var waiting = Assert.Single(await replay.Pipeline.QueryAsync(
            "SELECT reason, bool_and(detail LIKE '%./tapline discover%'), count(*) FROM quarantine GROUP BY reason"));
        Assert.Equal("unknown_table", waiting[0]);
        Assert.Equal("true", waiting[1]);
        Assert.Equal(replay.ChangesSent(), int.Parse(waiting[2]!));
        Assert.Empty(replay.Status.Tables);
    }

    static async Task AssertExactlyOnceAsync(CapturedReplay replay, int repeats)
    {
        Assert.Equal([], await replay.RepeatsInHistoryAsync());
        Assert.Equal(repeats, replay.RepeatsSent());
        Assert.Equal(repeats, replay.Status.Tables.Sum(static table => table.Repeated));
    }

    // A line a place, with its keys in their order; the long keys of a table without key are not spelled out.
    static string Summary(List<Difference> differences)
    {
        var summary = new StringBuilder();
        foreach (var place in differences
            .GroupBy(static difference => difference.Place)
            .OrderBy(static place => place.Key, StringComparer.Ordinal))
        {
            var keys = place.Select(static difference => difference.Key)
                .OrderBy(static key => key.Length).ThenBy(static key => key, StringComparer.Ordinal).ToList();
            summary.Append(place.Key).Append(": ").AppendJoin(' ', keys[0].Contains('|') ? ["*"] : keys).Append('\n');
        }
        return summary.ToString();
    }

    static string Expected(string table) => string.Concat(table
        .Split('\n')
        .Select(static line => line.Split('|', StringSplitOptions.TrimEntries))
        .OrderBy(static columns => columns[0], StringComparer.Ordinal)
        .Select(static columns => $"{columns[0]}: {columns[1]}\n"));

    static (List<Difference> Matching, List<Difference> Others) Split(
        List<Difference> differences, Func<Difference, bool> matches)
    {
        var byMatch = differences.ToLookup(matches);
        return ([.. byMatch[true]], [.. byMatch[false]]);
    }
}
