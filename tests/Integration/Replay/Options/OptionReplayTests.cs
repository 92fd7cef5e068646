using Tapline.Contracts.Schema;
using Tapline.Streaming.Tests.Decoding;

namespace Tapline.Integration.Tests.Replay.Options;

/// <summary>The same changes as connectors with other settings would have sent them end in the same rows, but for what
/// those settings lose.</summary>
public sealed class OptionReplayTests
{
    const string Database = "db_final.json";

    static readonly string[] Tables =
    [
        "public.accounts", "public.audit_log", "public.devices", "public.documents", "public.documents_full",
        "public.invoice_lines", "public.invoices", "public.locations", "public.nullable_defaults",
        "public.session_items", "public.subscriptions", "types.t_arr", "types.t_bin", "types.t_geo", "types.t_misc",
        "types.t_num", "types.t_range", "types.t_text", "types.t_time", "types.t_vec",
    ];

    public static TheoryData<int, string> Cases =>
        new(ConnectorOptions.Pairs.Select(static (options, number) => (number, options.ToString())));

    [Theory, MemberData(nameof(Cases))]
    public async Task The_same_changes_under_other_settings_end_in_the_same_rows(int number, string words)
    {
        var options = ConnectorOptions.Pairs[number];
        Assert.Equal(words, options.ToString());
        // What the records say themselves needs no declaration.
        var isSaid = options is { HasValueSchemas: true, Decimals: "precise", Binary: "bytes" };
        await using var replay = await CapturedReplay.RunAsync(
            new CaptureCase(words, Database, "c01_default_schemas_on.jsonl")
            {
                Columns = isSaid ? ColumnsFrom.Records : ColumnsFrom.Declaration,
                Format = options.Declared,
                Partitions = options.HasPartitions ? 3 : 1,
                Rewrite = new RecordRewrite(options, Types()).Of,
            });
        var unexplained = (await replay.DifferencesAsync())
            .Where(difference => ModeLosses.Reason(options, difference) is null).ToList();
        foreach (var difference in unexplained)
            TestContext.Current.TestOutputHelper?.WriteLine($"{difference}"[..Math.Min(300, $"{difference}".Length)]);
        foreach (var (what, count) in (await replay.QuarantinedDetailsAsync()).Select(static row => (row[0], row[1])))
            TestContext.Current.TestOutputHelper?.WriteLine($"quarantine: {count} {what}");
        Assert.Equal(
            CapturedReplay.Expected(ExpectedDifferences.Of(options)), CapturedReplay.Summary(unexplained));
        Assert.Equal(ExpectedDifferences.Quarantined(options), await replay.QuarantinedAsync());
        Assert.Equal([], await replay.RepeatsInHistoryAsync());
    }

    static Dictionary<string, IReadOnlyDictionary<string, string>> Types() =>
        Captures.Tables(Database, "saas", WireFormat.DebeziumDefault)
            .Where(static table => Tables.Contains(table.Value.Schema.Table.ToString()))
            .ToDictionary(
                static table => table.Key,
                static IReadOnlyDictionary<string, string> (table) => table.Value.Schema.Columns.ToDictionary(
                    static column => column.Name, static column => column.SourceType));
}
